import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type ReactNode,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { goTo, type Place, useInQuery } from '../router.tsx';
import { useSettings } from '../settings.ts';
import { SkeletonRows } from './skeleton-rows.tsx';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** CSS width; the columns without one share what is left. */
  readonly width?: string;
  readonly align?: 'end';
  /** On hover over the title. */
  readonly hint?: string;
  readonly cell: (row: Row) => ReactNode;
  /** What rows are ordered by where this column is chosen; columns without it are not. */
  readonly by?: (row: Row) => string | number;
  /** Left out where the window is narrower than 1000 px. */
  readonly spare?: boolean;
  /** For assistive technology alone: buttons need no title. */
  readonly titleUnseen?: boolean;
  /** In place of the title. */
  readonly head?: ReactNode;
}

interface DataTableProps<Row> {
  /** What the rows are, for assistive technology. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Null while they are read for the first time. */
  readonly rows: readonly Row[] | null;
  readonly keyOf: (row: Row) => string;
  /** Where Enter on a row leads. */
  readonly toOf?: (row: Row) => Place;
  /** What a click or Enter on a row does, where it leads to no place. */
  readonly onOpen?: (row: Row) => void;
  readonly selected?: string | null;
  readonly classOf?: (row: Row) => string;
  /** Key of the query that holds the order; none where rows come in an order of their own. */
  readonly orderIn?: string;
  /** `-column` is descending. */
  readonly defaultOrder?: string;
  readonly dense?: boolean;
  /** Cells take as many lines as they need. */
  readonly wrapped?: boolean;
  /** Rows of the skeleton. */
  readonly expected?: number;
}

/** Up to so many rows are all there; beyond, only those in sight. */
const VIRTUAL_FROM = 80;

/** A table of any length: sticky head, order by columns, keys, only what is in sight drawn. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, dense = false, expected = 6, orderIn = 'sort' } = props;
  const [order, setOrder] = useInQuery(orderIn, props.defaultOrder ?? '');
  const ordered = rows === null ? null : inOrder(rows, columns, order);
  return (
    <table
      className={[
        'data',
        dense ? 'records' : '',
        props.onOpen ? 'opens' : '',
        props.wrapped ? 'wrapped' : '',
      ].join(' ')}
      style={{ '--least': `${leastWidthPx(columns)}px` } as CSSProperties}
      aria-label={label}
      aria-rowcount={rows === null ? -1 : rows.length + 1}
    >
      <colgroup>
        {columns.map((column) => (
          <col
            key={column.id}
            className={column.spare ? 'spare' : undefined}
            style={column.width === undefined ? {} : { width: column.width }}
          />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map((column) => (
            <Title key={column.id} column={column} order={order} onOrder={setOrder} />
          ))}
        </tr>
      </thead>
      {ordered === null ? (
        <tbody>
          <SkeletonRows columns={columns.length} rows={expected} />
        </tbody>
      ) : ordered.length > VIRTUAL_FROM ? (
        <RowsInSight {...props} rows={ordered} />
      ) : (
        <tbody>
          {ordered.map((row, index) => (
            <BodyRow key={props.keyOf(row)} {...bodyRow(props, row, index)} />
          ))}
        </tbody>
      )}
    </table>
  );
}

/** A column that takes what the others leave is as wide as this at least, where the screen is narrow, px. */
const LEAST_COLUMN_PX = 180;

/** On a narrow screen a table is scrolled: otherwise columns without a width of their own would vanish beside those that have one. */
function leastWidthPx<Row>(columns: readonly Column<Row>[]): number {
  const widths = columns.filter(({ spare }) => !spare).map(({ width }) => width);
  const share = widths.reduce(
    (sum, width) => sum + (width?.endsWith('%') ? Number.parseFloat(width) / 100 : 0),
    0,
  );
  const fixed = widths
    .filter((width) => !width?.endsWith('%'))
    .reduce((sum, width) => sum + (width === undefined ? LEAST_COLUMN_PX : Number.parseInt(width, 10)), 0);
  return Math.ceil(fixed / (1 - Math.min(share, 0.8)));
}

function inOrder<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: string): readonly Row[] {
  const by = columns.find(({ id }) => id === order.replace(/^-/, ''))?.by;
  if (by === undefined) return rows;
  const sign = order.startsWith('-') ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)];
    return sign * (typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y));
  });
}

function Title<Row>(props: {
  readonly column: Column<Row>;
  readonly order: string;
  readonly onOrder: (order: string) => void;
}) {
  const { column, order, onOrder } = props;
  const { id, by, align, title, hint } = column;
  const direction = order === id ? 'ascending' : order === `-${id}` ? 'descending' : undefined;
  const next = order === id ? `-${id}` : id;
  const className = [align === 'end' ? 'number' : '', column.spare ? 'spare' : ''].join(' ').trim();
  return (
    <th scope="col" className={className || undefined} title={hint} aria-sort={direction}>
      {column.head !== undefined ? (
        column.head
      ) : by === undefined ? (
        <span className={column.titleUnseen ? 'unseen' : undefined}>{title}</span>
      ) : (
        <button type="button" className="order" onClick={() => onOrder(next)}>
          {title}
          <span aria-hidden="true">
            {direction === undefined ? '' : direction === 'ascending' ? ' ↑' : ' ↓'}
          </span>
        </button>
      )}
    </th>
  );
}

function RowsInSight<Row>(props: DataTableProps<Row> & { readonly rows: readonly Row[] }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  const dense = useSettings().density === 'dense' || props.dense === true;
  useLayoutEffect(() => {
    const place = body.current?.getBoundingClientRect().top;
    if (place !== undefined) setTop(place + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: props.rows.length,
    estimateSize: () => (dense ? 26 : 32),
    overscan: 20,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <tbody ref={body}>
      <Spacer height={before} columns={props.columns.length} />
      {items.map(({ index }) => {
        const row = props.rows[index];
        if (row === undefined) return null;
        return <BodyRow key={props.keyOf(row)} {...bodyRow(props, row, index)} />;
      })}
      <Spacer height={after} columns={props.columns.length} />
    </tbody>
  );
}

/** Stands for the rows that are out of sight. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr className="spacer">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

interface BodyRowProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly toOf: ((row: Row) => Place) | undefined;
  readonly onOpen: ((row: Row) => void) | undefined;
  readonly row: Row;
  readonly index: number;
  /** Undefined where rows are not selected at all. */
  readonly isSelected: boolean | undefined;
  readonly more: string;
}

function bodyRow<Row>(props: DataTableProps<Row>, row: Row, index: number): BodyRowProps<Row> {
  const { columns, toOf, onOpen, selected, keyOf, classOf } = props;
  const isSelected = selected === undefined ? undefined : selected === keyOf(row);
  return { columns, toOf, onOpen, row, index, isSelected, more: classOf?.(row) ?? '' };
}

/** Drawn again only where something of it is new: scrolling adds rows at one end, and leaves those in sight alone. */
const BodyRow = memo(PlainBodyRow) as typeof PlainBodyRow;

function PlainBodyRow<Row>({ columns, row, index, toOf, onOpen, isSelected, more }: BodyRowProps<Row>) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
    if (toOf !== undefined) goTo(toOf(row));
    else onOpen?.(row);
  };
  const click = onOpen === undefined ? {} : { onClick: () => onOpen(row) };
  return (
    <tr
      data-row
      tabIndex={onOpen === undefined ? -1 : 0}
      className={more || undefined}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      onKeyDown={onKeyDown}
      {...click}
    >
      {columns.map((column) => (
        <td
          key={column.id}
          className={
            [column.align === 'end' ? 'number' : '', column.spare ? 'spare' : ''].join(' ').trim() ||
            undefined
          }
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
