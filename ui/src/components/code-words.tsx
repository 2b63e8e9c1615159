/** Words of a definition; what stands in backticks is code. */
export function CodeWords({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, in their order.
    index % 2 === 0 ? part : <code key={index}>{part}</code>,
  );
}
