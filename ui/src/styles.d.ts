/** Vite takes stylesheets as imports; they have no value. */
declare module '*.css';
