import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { syntaxTree } from '@codemirror/language';
import type { Diagnostic } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

export interface EditorKey {
  readonly name: string;
  readonly type: string;
  readonly documentation: string;
  readonly values: readonly string[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** What the editor knows of a language, in which the text is one object of keys and texts. */
export interface EditorLanguage {
  readonly extension: Extension;
  /** Keys in the place of a key, and what is recommended in the place of its value. */
  readonly complete: (context: CompletionContext, keys: readonly EditorKey[]) => CompletionResult | null;
  /** Where each key stands with its value. */
  readonly places: (view: EditorView) => ReadonlyMap<string, Range>;
  readonly lint: (view: EditorView) => readonly Diagnostic[];
}

const keyOptions = (keys: readonly EditorKey[], apply: (name: string) => string) =>
  keys.map(({ name, type, documentation }) => ({
    label: name,
    apply: apply(name),
    detail: type,
    info: documentation,
    type: 'property',
  }));

const valueOptions = (keys: readonly EditorKey[], key: string) =>
  (keys.find(({ name }) => name === key)?.values ?? []).map((value) => ({ label: value, type: 'enum' }));

const parseLinter = jsonParseLinter();

const JSON_LANGUAGE: EditorLanguage = {
  extension: json(),
  complete: (context, keys) => {
    const word = context.matchBefore(/"[^"\n]*/);
    if (word === null) return null;
    const line = context.state.doc.lineAt(word.from);
    const key = /"([^"]+)"\s*:\s*$/.exec(line.text.slice(0, word.from - line.from))?.[1];
    const options = key === undefined ? keyOptions(keys, (name) => name) : valueOptions(keys, key);
    return options.length === 0 ? null : { from: word.from + 1, options, validFor: /^[^"\n]*$/ };
  },
  places: (view) => {
    const places = new Map<string, Range>();
    syntaxTree(view.state).iterate({
      enter: (node) => {
        if (node.name !== 'PropertyName') return;
        places.set(view.state.sliceDoc(node.from + 1, node.to - 1), {
          from: node.from,
          to: node.node.parent?.to ?? node.to,
        });
      },
    });
    return places;
  },
  lint: (view) => parseLinter(view),
};

/** A key at the beginning of a line. */
const YAML_KEY = /^(["']?)([^"':#\s][^"':#]*)\1\s*:(?:\s+|$)/;

const YAML_LANGUAGE: EditorLanguage = {
  extension: [],
  complete: (context, keys) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const [head = '', , key] = YAML_KEY.exec(before) ?? [];
    if (key === undefined) {
      if (!/^[\w.-]+$/.test(before) && !context.explicit) return null;
      if (!/^[\w.-]*$/.test(before)) return null;
      return { from: line.from, options: keyOptions(keys, (name) => `${name}: `), validFor: /^[\w.-]*$/ };
    }
    const options = valueOptions(keys, key);
    return options.length === 0 ? null : { from: line.from + head.length, options, validFor: /^[^\n]*$/ };
  },
  places: (view) => {
    const places = new Map<string, Range>();
    for (let number = 1; number <= view.state.doc.lines; number += 1) {
      const { text, from, to } = view.state.doc.line(number);
      const key = YAML_KEY.exec(text)?.[2];
      if (key !== undefined) places.set(key, { from, to });
    }
    return places;
  },
  // What cannot be read is said below the editor, with its line.
  lint: () => [],
};

export const LANGUAGES = { json: JSON_LANGUAGE, yaml: YAML_LANGUAGE } as const;
