import { ObjectCtor, setPrototypeOf } from '../primordials.ts';
import type { Inspection } from './inspection.ts';

/** The options as a custom inspect function gets them; without a prototype when the object is not of this realm. */
export function userOptionsOf(inspection: Inspection, isForeign: boolean): object {
  const { showHidden, depth, colors, customInspect, showProxy, maxArrayLength, maxStringLength } = inspection;
  const { breakLength, compact, sorted, getters, numericSeparator, stylize } = inspection;
  const options = {
    showHidden,
    depth,
    colors,
    customInspect,
    showProxy,
    maxArrayLength,
    maxStringLength,
    breakLength,
    compact,
    sorted,
    getters,
    numericSeparator,
    ...inspection.userOptions,
    stylize,
  };
  return setPrototypeOf(options, isForeign ? null : ObjectCtor.prototype) as object;
}
