import { Menu } from '@base-ui/react/menu';
import { Download } from 'lucide-react';
import { csv, type ExportRow } from '../format/csv.ts';

/** What a table shows, as CSV or JSON. */
export function ExportButton(props: { readonly name: string; readonly rows: () => readonly ExportRow[] }) {
  const save = (kind: 'csv' | 'json') => {
    const rows = props.rows();
    const text = kind === 'json' ? JSON.stringify(rows, null, 2) : csv(rows);
    const type = kind === 'json' ? 'application/json' : 'text/csv';
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${props.name}.${kind}`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Menu.Root>
      <Menu.Trigger className="plain icon" aria-label="Export" title="Export what is shown">
        <Download size={15} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="floating">
          <Menu.Popup className="popup menu">
            <Menu.Item className="menu-item" onClick={() => save('csv')}>
              As CSV
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={() => save('json')}>
              As JSON
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
