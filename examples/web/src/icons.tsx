// Inline icons, so that nothing is fetched from elsewhere. They are decorative.

import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const Key = () => (
  <Icon>
    <circle cx="8" cy="12" r="4.25" />
    <path d="M12.25 12H21v3.5M17 12v2.5" />
  </Icon>
);

export const User = () => (
  <Icon>
    <circle cx="12" cy="8" r="3.75" />
    <path d="M4.5 20c.8-3.8 3.8-5.5 7.5-5.5s6.7 1.7 7.5 5.5" />
  </Icon>
);

export const Phone = () => (
  <Icon>
    <rect x="7" y="2.75" width="10" height="18.5" rx="2.25" />
    <path d="M11 18h2" />
  </Icon>
);

export const Laptop = () => (
  <Icon>
    <rect x="4.5" y="4.75" width="15" height="10.5" rx="1.5" />
    <path d="M2.5 18.75h19" />
  </Icon>
);

export const Shield = () => (
  <Icon>
    <path d="M12 3l7.5 2.75v5.5c0 4.5-3 8-7.5 9.75-4.5-1.75-7.5-5.25-7.5-9.75v-5.5z" />
    <path d="M9 12l2.25 2.25L15.25 10" />
  </Icon>
);

export const Pulse = () => (
  <Icon>
    <path d="M3 12.5h4l2.75-7 4.5 13 2.75-6h4" />
  </Icon>
);

export const People = () => (
  <Icon>
    <circle cx="9" cy="8.5" r="3.25" />
    <path d="M2.75 19.5c.6-3.4 3-5 6.25-5s5.65 1.6 6.25 5M15.5 5.5a3.25 3.25 0 010 6M17.5 14.9c2 .6 3.3 2.1 3.75 4.6" />
  </Icon>
);

export const Envelope = () => (
  <Icon>
    <rect x="3" y="5.25" width="18" height="13.5" rx="2" />
    <path d="M3.75 7l8.25 6 8.25-6" />
  </Icon>
);
