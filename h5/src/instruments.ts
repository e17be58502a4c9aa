// Instruments that the phone knows from the tasks it carries.
import type { FieldPackage, LabelledInstrument } from "./model";

/** Finds an instrument in the stored package, with the point that it stands at. */
export function findInstrument(fieldPackage: FieldPackage | null, id: string): LabelledInstrument | null {
  for (const { point, instruments } of fieldPackage?.tasks ?? []) {
    const instrument = instruments.find((one) => one.id === id);
    if (instrument)
      return { ...instrument, point, in_use_from: null, in_use_until: null, certificate_valid_until: null };
  }
  return null;
}
