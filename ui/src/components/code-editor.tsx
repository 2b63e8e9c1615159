import { autocompletion, closeBrackets } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, forceLinting, linter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { type EditorKey, type EditorLanguage, LANGUAGES } from './editor-languages.ts';

interface CodeEditorProps {
  readonly label: string;
  readonly language: keyof typeof LANGUAGES;
  readonly text: string;
  /** What the object may hold: completed as they are typed. */
  readonly keys: readonly EditorKey[];
  /** What is wrong with which key. */
  readonly problems: readonly { readonly key: string; readonly message: string }[];
  readonly onChange: (text: string) => void;
}

/** JSON or YAML of one object, with its keys known. Lives in a shadow tree, where the editor may bring styles under a strict policy. */
export default function CodeEditor({ label, language, text, keys, problems, onChange }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const now = useRef({ keys, problems, onChange });
  now.current = { keys, problems, onChange };
  const first = useRef(text);
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const spoken = LANGUAGES[language];
    const root = current.shadowRoot ?? current.attachShadow({ mode: 'open' });
    const editor = new EditorView({
      root,
      parent: root as unknown as Element,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          lineNumbers(),
          history(),
          closeBrackets(),
          bracketMatching(),
          spoken.extension,
          syntaxHighlighting(COLOURS),
          autocompletion({ override: [(context) => spoken.complete(context, now.current.keys)] }),
          linter((shown) => [...spoken.lint(shown), ...marks(spoken, shown, now.current.problems)], {
            delay: 200,
          }),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) now.current.onChange(update.state.doc.toString());
          }),
          LOOK,
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [label, language]);
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is wrong has changed: the marks are drawn anew.
  useEffect(() => {
    if (view.current !== null) forceLinting(view.current);
  }, [JSON.stringify(problems)]);
  return <div ref={place} className="editor" />;
}

/** Problems at their keys; what is missing is marked at the beginning. */
function marks(
  language: EditorLanguage,
  view: EditorView,
  problems: CodeEditorProps['problems'],
): Diagnostic[] {
  const places = language.places(view);
  return problems.map(({ key, message }) => ({
    ...(places.get(key) ?? { from: 0, to: Math.min(1, view.state.doc.length) }),
    severity: 'error',
    message: places.has(key) ? message : `${key}: ${message}`,
  }));
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--json-key)' },
  { tag: tags.string, color: 'var(--json-string)' },
  { tag: tags.number, color: 'var(--json-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--json-word)' },
]);

const LOOK = EditorView.theme({
  '&': { fontSize: '12.5px', backgroundColor: 'var(--panel)', color: 'var(--text)' },
  '&.cm-focused': { outline: '2px solid var(--accent)' },
  '.cm-content': { fontFamily: 'var(--mono)', padding: '10px 0', caretColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--text-faint)', border: 'none' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--selected)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--selected)',
    color: 'var(--text)',
  },
  '.cm-completionDetail': { color: 'var(--text-quiet)' },
  '.cm-diagnostic': { padding: '4px 8px' },
});
