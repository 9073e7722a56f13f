import type { Step } from '../step.ts';

export const end: Step = {
  title: 'The end',
  async run({ print, operator, prove }) {
    print.say('SIGTERM');
    prove('the controller finished what it was at and ended with code 0', (await operator.stop()) === 0);
  },
};
