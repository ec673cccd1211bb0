// People as the office's roster has them.
export interface Person {
  person_id: string; last_name: string; first_name: string; suffix: string; earlier_names: string;
  date_of_birth: string; ssn: string; certificate_number: string; certification_level: string;
  email: string; username: string; status: string; products: string;
}

const columns: (keyof Person)[] = [
  "person_id", "last_name", "first_name", "suffix", "earlier_names", "date_of_birth", "ssn", "certificate_number",
  "certification_level", "email", "username", "status", "products",
];

export const isAddress = (email: string) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email);

/** The people of a roster file. */
export function readRoster(text: string): Person[] {
  const rows: string[][] = [];
  let row: string[] = [], cell = "", quoted = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (quoted && c === '"' && text[at + 1] === '"') { cell += '"'; at++; }
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ",") { row.push(cell); cell = ""; }
    else if (!quoted && c === "\n") { rows.push([...row, cell.replace(/\r$/, "")]); row = []; cell = ""; }
    else cell += c;
  }
  const [header, ...people] = rows;
  return people.map((cells) => Object.fromEntries(header!.map((name, place) => [name, cells[place] ?? ""])) as unknown as Person);
}

/** A roster file of these people. */
export function writeRoster(people: Person[]): string {
  const lines = people.map((person) => columns.map((name) => `"${(person[name] ?? "").replaceAll('"', '""')}"`).join(","));
  return [columns.join(","), ...lines, ""].join("\n");
}
