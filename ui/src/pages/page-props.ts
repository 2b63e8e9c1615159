/** What a page is told by its address. */
export interface PageProps {
  /** Of the thing that the page is about; empty where it is about all. */
  readonly name: string;
  /** The part of the page; empty is the first. */
  readonly tab: string;
}
