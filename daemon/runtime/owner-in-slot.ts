import type { CallOwner } from './call-owner.ts';
import type { LiveBackground } from './live-background.ts';
import type { Slot } from './slot.ts';

/** A call belongs to what went on when it came; when that is over before the call's effects, to what goes on then. */
export function ownerIn(slot: Slot, newBackground: () => LiveBackground): CallOwner {
  const now = (): CallOwner & { hasEnded: boolean } => slot.run ?? (slot.background ??= newBackground());
  const first = now();
  return {
    isFull: first.isFull,
    note: (use, isCancelled) => {
      const nothingGoesOn = slot.run === undefined && slot.background === undefined;
      if (!first.hasEnded) first.note(use, isCancelled);
      else if (isCancelled && nothingGoesOn) newBackground().noteAlone(use);
      else now().note(use, isCancelled);
    },
  };
}
