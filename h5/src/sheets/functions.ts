// What expressions of sheets can call besides CEL itself, with the server's null rules and the
// server's order of operations, so that results agree to the last bit. None of them ever throws.
type Table = Record<string, unknown>;

// two-sided 95 %, degrees of freedom 1 to 30 (HJ 75-2017, 9.3.8)
const T975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL_975 = 1.959963984540054;
// what the binary notation of numbers may be off by, relative to the limit
const SLACK = 1e-9;

const number = (value: unknown): number | null => {
  const known = typeof value === "bigint" ? Number(value) : value;
  return typeof known === "number" && Number.isFinite(known) ? known : null;
};
const numbers = (values: unknown): number[] =>
  Array.isArray(values) ? values.map(number).filter((value) => value !== null) : [];
const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const percent = (part: number, whole: number): number | null => (whole === 0 ? null : (part / whole) * 100);

/** The arithmetic mean. */
function mean(values: unknown): number | null {
  const known = numbers(values);
  return known.length ? sum(known) / known.length : null;
}

/** The sample standard deviation (n − 1); null for fewer than two numbers. */
function sd(values: unknown): number | null {
  const known = numbers(values);
  if (known.length < 2) return null;
  const middle = sum(known) / known.length;
  const deviation = Math.sqrt(sum(known.map((value) => (value - middle) * (value - middle))) / (known.length - 1));
  return Number.isFinite(deviation) ? deviation : null;
}

function smallestOf(values: unknown): number | null {
  const known = numbers(values);
  return known.length ? known.reduce((smallest, value) => (value < smallest ? value : smallest)) : null;
}

function largestOf(values: unknown): number | null {
  const known = numbers(values);
  return known.length ? known.reduce((biggest, value) => (value > biggest ? value : biggest)) : null;
}

function magnitude(value: unknown): number | null {
  const known = number(value);
  return known === null ? null : Math.abs(known);
}

/** Student's t, two-sided 95 %: the table of the standard up to 30, then Cornish and Fisher. */
function t975(freedom: unknown): number | null {
  const n = number(freedom);
  if (n === null || n < 1 || n !== Math.floor(n)) return null;
  if (n <= T975.length) return T975[n - 1] as number;
  const z = NORMAL_975;
  const second = z * z;
  return (
    z +
    (z * (second + 1)) / (4 * n) +
    (z * ((5 * second + 16) * second + 3)) / (96 * n * n) +
    (z * (((3 * second + 19) * second + 17) * second - 15)) / (384 * n * n * n) +
    (z * ((((79 * second + 776) * second + 1482) * second - 1920) * second - 945)) / (92160 * n * n * n * n)
  );
}

/** Whether a value lies outside ±limit; null when either is unknown. */
function beyond(value: unknown, limit: unknown): boolean | null {
  const [known, bound] = [number(value), number(limit)];
  return known === null || bound === null ? null : Math.abs(known) > bound * (1 + SLACK);
}

function covers(row: unknown, value: number): boolean {
  if (!isTable(row)) return false;
  const edge = (key: string) => (Object.hasOwn(row, key) ? number(row[key]) : null);
  const [from, above, to, below] = [edge("from"), edge("above"), edge("to"), edge("below")];
  return !(
    (from !== null && value < from) ||
    (above !== null && value <= above) ||
    (to !== null && value > to) ||
    (below !== null && value >= below)
  );
}

/** The criterion for a mean of the reference method; null when none is established. */
function band(criteria: unknown, unit: unknown, reference: unknown): Table | null {
  const known = number(reference);
  const rows = isTable(criteria) && typeof unit === "string" && Object.hasOwn(criteria, unit) ? criteria[unit] : null;
  if (!Array.isArray(rows) || known === null) return null;
  const match = rows.find((row) => covers(row, known)) as Table | undefined;
  return match && number(match.limit) !== null ? match : null;
}

/** Value (absolute AE, or RE in per cent) and pass of one pair; null when unknown. */
function deviation(criterion: unknown, reference: unknown, measured: unknown): Table | null {
  const [one, other] = [number(reference), number(measured)];
  if (!isTable(criterion) || one === null || other === null) return null;
  const kind = criterion.statistic;
  const difference = other - one;
  const value = kind === "AE" ? difference : percent(difference, one);
  if ((kind !== "AE" && kind !== "RE") || value === null) return null;
  const outside = beyond(value, criterion.limit);
  return { value, pass: outside === null ? null : !outside };
}

function statistics(pairs: [number, number][]) {
  const n = pairs.length;
  const reference = sum(pairs.map(([one]) => one)) / n;
  const measured = sum(pairs.map(([, other]) => other)) / n;
  const differences = pairs.map(([one, other]) => one - other);
  const middle = sum(differences) / n;
  const scatter = sd(differences);
  const student = t975(n - 1);
  const cc = scatter === null || student === null ? null : (student * scatter) / Math.sqrt(n);
  const error = measured - reference;
  return {
    n,
    mean_reference: reference,
    mean_measured: measured,
    d_bar: middle,
    s_d: scatter,
    cc,
    ra: cc === null ? null : percent(Math.abs(middle) + Math.abs(cc), reference),
    ae: error,
    re: percent(error, reference),
  };
}

/** The accuracy of pairs: statistics, the criterion that applies, and whether it is met. */
function accuracy(criteria: unknown, unit: unknown, references: unknown, measured: unknown): Table | null {
  if (!Array.isArray(references) || !Array.isArray(measured)) return null;
  const pairs = references
    .slice(0, measured.length)
    .map((one, index) => [number(one), number(measured[index])])
    .filter((pair): pair is [number, number] => pair[0] !== null && pair[1] !== null);
  if (!pairs.length) return null;
  const summary = statistics(pairs);
  const criterion = band(criteria, unit, summary.mean_reference);
  const kind = criterion ? criterion.statistic : null;
  const value = kind === "RA" ? summary.ra : kind === "AE" ? summary.ae : kind === "RE" ? summary.re : null;
  const limit = criterion ? criterion.limit : null;
  const outside = beyond(value, limit);
  return { ...summary, judged_by: kind, limit, value, pass: outside === null ? null : !outside };
}

/** n, passed, required and pass of single judgements; `steps` say how many have to pass. */
function passCount(passed: unknown, steps: unknown): Table | null {
  if (!Array.isArray(passed) || !Array.isArray(steps)) return null;
  const known = passed.filter((item) => typeof item === "boolean");
  const fitting = steps.filter((step) => {
    const from = isTable(step) ? number(step.from) : null;
    return from !== null && number(step.pass) !== null && known.length >= from;
  });
  const required = fitting.length ? number(fitting[fitting.length - 1].pass) : null;
  const good = known.filter(Boolean).length;
  return { n: known.length, passed: good, required, pass: required === null ? null : good >= required };
}

/** By the name in expressions, with the number of arguments. */
export const FUNCTIONS: Record<string, [(...given: never[]) => unknown, number]> = {
  mean: [mean, 1],
  sd: [sd, 1],
  sum: [(values) => sum(numbers(values)), 1],
  min: [smallestOf, 1],
  max: [largestOf, 1],
  count: [(values) => numbers(values).length, 1],
  abs: [magnitude, 1],
  t975: [t975, 1],
  beyond: [beyond, 2],
  band: [band, 3],
  deviation: [deviation, 3],
  accuracy: [accuracy, 4],
  pass_count: [passCount, 2],
};
