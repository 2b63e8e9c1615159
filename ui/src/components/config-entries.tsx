import type { ConfigEntryRow } from '@millrace/rest-api/contract';
import { valueInWords } from '../format/config-values.ts';
import { useInQuery } from '../router.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { FilterField } from './filter-field.tsx';

export type ConfigEntry = ConfigEntryRow;

interface ConfigEntriesProps {
  readonly entries: readonly ConfigEntry[] | null;
  /** Left out where nothing can be changed. */
  readonly onEdit?: (entry: ConfigEntry) => void;
}

/** Configs as Kafka describes them: what is set on the very thing first. */
export function ConfigEntries({ entries, onEdit }: ConfigEntriesProps) {
  const [filter] = useInQuery('filter');
  const shown = entries
    ?.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
    .toSorted((a, b) => Number(b.overridden) - Number(a.overridden) || a.name.localeCompare(b.name));
  return (
    <>
      <div className="tools">
        <FilterField label="Filter configs" placeholder="Filter: key  /" />
        <span className="quiet">What is set here stands first.</span>
      </div>
      <DataTable
        label="Configs"
        columns={columnsOf(onEdit)}
        rows={shown ?? null}
        keyOf={({ name }) => name}
      />
    </>
  );
}

const SOURCES: Readonly<Record<string, string>> = {
  DYNAMIC_TOPIC_CONFIG: 'set on this topic',
  DYNAMIC_BROKER_CONFIG: 'set on this broker',
  DYNAMIC_DEFAULT_BROKER_CONFIG: 'set on all brokers',
  STATIC_BROKER_CONFIG: 'from the broker’s file',
  DEFAULT_CONFIG: 'default',
};

function Value({ entry: { name, value, sensitive } }: { readonly entry: ConfigEntry }) {
  if (sensitive) return <span className="mono">••••••</span>;
  if (value === null || value === '') return <span className="faint mono">none</span>;
  const words = valueInWords(name, value);
  return (
    <span title={value}>
      <span className="mono">{value}</span>
      {words === null ? null : <span className="quiet"> {words}</span>}
    </span>
  );
}

function columnsOf(onEdit: ConfigEntriesProps['onEdit']): readonly Column<ConfigEntry>[] {
  return [
    {
      id: 'name',
      title: 'Key',
      width: '34%',
      by: ({ name }) => name,
      cell: ({ name, documentation, overridden }) => (
        <span className={`mono ${overridden ? 'strong' : ''}`} title={documentation ?? undefined}>
          {name}
        </span>
      ),
    },
    {
      id: 'value',
      title: 'Value',
      cell: (entry) => <Value entry={entry} />,
    },
    {
      id: 'source',
      title: 'Where from',
      width: '180px',
      by: ({ source }) => source,
      cell: ({ source }) => <span className="quiet">{SOURCES[source] ?? source}</span>,
    },
    ...(onEdit === undefined
      ? []
      : [
          {
            id: 'acts',
            title: 'Actions',
            titleUnseen: true,
            width: '90px',
            cell: (entry: ConfigEntry) =>
              entry.readOnly ? null : (
                <button
                  type="button"
                  className="plain"
                  aria-label={`Change ${entry.name}`}
                  onClick={() => onEdit(entry)}
                >
                  Change…
                </button>
              ),
          },
        ]),
  ];
}
