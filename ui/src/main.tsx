import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connectOnce } from './api/live.ts';
import { App } from './app.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/controls.css';
import './styles/table.css';
import './styles/panels.css';
import './styles/floating.css';
import './styles/forms.css';
import { showSettings } from './settings.ts';

connectOnce();
showSettings();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
