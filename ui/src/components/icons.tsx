import type { ReactNode } from 'react';
import type { PipelineState } from '../format/pipelines.ts';

interface IconProps {
  readonly size?: number;
}

/** A drawing beside words: nothing that a screen reader should speak of. */
function Icon(props: {
  readonly size: number;
  readonly viewBox?: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const { size, viewBox = '0 0 16 16', className, children } = props;
  return (
    <svg
      width={size}
      height={size}
      viewBox={viewBox}
      className={className}
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

/** Each state has a shape of its own, so that colour is never alone. */
export function StateIcon({ state, size = 14 }: IconProps & { readonly state: PipelineState }) {
  switch (state) {
    case 'RUNNING':
      return (
        <Icon size={size}>
          <circle cx="8" cy="8" r="6.2" {...line} />
          <path d="M5.3 8.2l1.9 1.9 3.5-4" {...line} />
        </Icon>
      );
    case 'DEGRADED':
      return (
        <Icon size={size}>
          <path d="M8 2.2l6.2 11.2H1.800z" {...line} />
          <path d="M8 6.6v3.2M8 11.700v.1" {...line} />
        </Icon>
      );
    case 'FAILED':
      return (
        <Icon size={size}>
          <circle cx="8" cy="8" r="7" fill="currentColor" />
          <path d="M5.6 5.600l4.8 4.800m0-4.800l-4.8 4.8" {...line} stroke="var(--panel)" />
        </Icon>
      );
    case 'PAUSED':
      return (
        <Icon size={size}>
          <path d="M5.5 3.500v9M10.5 3.500v9" {...line} strokeWidth={2.4} />
        </Icon>
      );
    case 'STOPPED':
      return (
        <Icon size={size}>
          <rect x="3.5" y="3.5" width="9" height="9" rx="1.5" fill="currentColor" />
        </Icon>
      );
    case 'RESTARTING':
      return (
        <Icon size={size}>
          <path d="M13.2 8a5.2 5.2 0 1 1-1.700-3.800" {...line} />
          <path d="M13.600 1.800v3h-3" {...line} />
        </Icon>
      );
    case 'UNASSIGNED':
      return (
        <Icon size={size}>
          <circle cx="8" cy="8" r="6.2" {...line} strokeDasharray="2.6 2.6" />
        </Icon>
      );
  }
}

export function WavesIcon({ size = 20 }: IconProps) {
  return (
    <Icon size={size} viewBox="0 0 20 20">
      <path
        d="M2 6c2.7-2.4 5.3-2.4 8 0s5.3 2.4 8 0M2 10.5c2.7-2.4 5.3-2.4 8 0s5.3 2.4 8 0M2 15c2.7-2.4 5.3-2.4 8 0s5.3 2.4 8 0"
        {...line}
        strokeWidth={1.8}
      />
    </Icon>
  );
}

export function ThemeIcon({ theme }: { readonly theme: 'system' | 'light' | 'dark' }) {
  return (
    <Icon size={16}>
      <circle cx="8" cy="8" r="5.7" {...line} />
      {theme === 'light' ? null : (
        <path
          d={
            theme === 'dark'
              ? 'M2.3 8a5.7 5.7 0 0 0 11.4 0z M2.3 8a5.7 5.7 0 0 1 11.4 0z'
              : 'M8 2.3a5.7 5.7 0 0 1 0 11.4z'
          }
          fill="currentColor"
        />
      )}
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon size={14}>
      <path d="M3.5 3.500l9 9m0-9l-9 9" {...line} />
    </Icon>
  );
}

export function BusyIcon() {
  return (
    <Icon size={14} className="spin">
      <path d="M8 1.800a6.2 6.2 0 1 1-6.2 6.2" {...line} />
    </Icon>
  );
}
