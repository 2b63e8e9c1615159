/** Where another node is reached. */
export interface NodeEndpoint {
  readonly host: string;
  readonly port: number;
}
