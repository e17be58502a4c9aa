// Rounding as the standards demand it: half to even (GB/T 8170-2008, 3.2), on the decimal notation.

export function roundHalfEven(value: number, decimals: number): number {
  const [mantissa = "0", exponent = "0"] = Math.abs(value).toString().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const digits = BigInt(whole + fraction);
  const shift = fraction.length - Number(exponent) - decimals;
  if (shift <= 0) return value === 0 ? 0 : value; // never -0
  const unit = 10n ** BigInt(shift);
  let quotient = digits / unit;
  const rest = (digits % unit) * 2n;
  if (rest > unit || (rest === unit && quotient % 2n === 1n)) quotient += 1n;
  const text = quotient.toString().padStart(decimals + 1, "0");
  const at = text.length - Math.max(decimals, 0);
  const result = decimals > 0 ? Number(`${text.slice(0, at)}.${text.slice(at)}`) : Number(text) * 10 ** -decimals;
  return value < 0 && result !== 0 ? -result : result; // never -0
}
