import { Link, type Place } from '../router.tsx';

interface SomeLinksProps {
  readonly names: readonly string[];
  readonly to: (name: string) => Place;
  readonly shown?: number;
}

/** The first of some names as links, and how many more there are. */
export function SomeLinks({ names, to, shown = 2 }: SomeLinksProps) {
  if (names.length === 0) return <span className="faint">–</span>;
  const more = names.length - shown;
  return (
    <span className="links one-line">
      {names.slice(0, shown).map((name) => (
        <Link key={name} to={to(name)} title={name}>
          {name}
        </Link>
      ))}
      {more > 0 ? (
        <span className="faint more-links" title={names.slice(shown).join(', ')}>{`and ${more} more`}</span>
      ) : null}
    </span>
  );
}
