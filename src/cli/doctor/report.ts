import { OPERATIONS } from '../../sync/routes.ts';
import type { Survey } from '../../sync/survey/survey.ts';
import { table } from '../table.ts';
import { paint, type Terminal } from '../terminal.ts';
import { consequenceOf } from './consequences.ts';

const UNKNOWN = 'not observable by reading';

/** A survey as people read it, and paste it into a report: no secrets, no names of objects but of properties. */
export function reportOf(terminal: Terminal, survey: Survey): string {
  const { url, apiPath, shapes, routes, description, learned } = survey;
  const head = (text: string) => `\n${paint(terminal, 'bold', text)}\n`;
  const rows = shapes.map(({ about, value, why }) => [about, value ?? UNKNOWN, why]);
  const missing = routes.filter(({ state }) => state === 'missing');
  const facts = Object.entries(learned.facts).map(([name, value]) => [name, String(value)]);
  return [
    `${url}${apiPath}, looked at by reading alone\n`,
    head('What its replies look like'),
    table(['ABOUT', 'HERE', 'SEEN'], rows),
    head('What was learned, now or before'),
    facts.length === 0 ? 'nothing\n' : table(['FACT', 'VALUE'], facts),
    head('Operations'),
    table(
      ['OPERATION', 'STATE', 'ROUTE', 'WHY'],
      routes.map(({ operation, state, route = '', why }) => [
        operation,
        state === 'notObservable' ? '-' : state,
        route,
        state === 'found' ? '' : why,
      ]),
    ),
    head('What it lacks, and what the operator does about it'),
    missing.length === 0
      ? 'nothing that reading shows\n'
      : missing.map(({ operation }) => `${operation}: ${consequenceOf(operation, usedBy(operation))}\n`).join(''),
    head('A description of its API'),
    description
      ? `${description.place}${description.title === undefined ? '' : ` (${description.title})`} lists ${description.operations.length} operations:\n${description.operations.map((one) => `  ${one}\n`).join('')}`
      : 'none at the usual places\n',
  ].join('');
}

function usedBy(operation: string): string {
  return OPERATIONS.find(({ id }) => id === operation)!.usedBy;
}
