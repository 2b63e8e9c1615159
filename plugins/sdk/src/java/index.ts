export { type JavaPattern, javaPattern, javaReplacement } from './java-pattern.ts';
export { bigDecimalText, doubleText, floatText } from './number-text.ts';
export { type ParsedValue, parseValue } from './parse-value.ts';
export { dateText, numberText, valueText } from './value-text.ts';
