// Instruments that the phone knows from the tasks it carries.
import type { FieldPackage, LabelledInstrument } from "./model";

/** Finds an instrument in the kept package, with the point that it stands at. */
export function instrumentOf(kept: FieldPackage | null, id: string): LabelledInstrument | null {
  for (const { point, instruments } of kept?.tasks ?? []) {
    const instrument = instruments.find((one) => one.id === id);
    if (instrument) return { ...instrument, point, in_use_from: null, in_use_until: null, certificate_valid_until: null };
  }
  return null;
}
