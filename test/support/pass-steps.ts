/** The steps of a partition host's pass, in order, as its methods are named. */
export const PASS_STEPS = [
  'take',
  'assign',
  'roll',
  'write',
  'tail',
  'publish',
  'answer',
  'complete',
  'ringBells',
  'index'
] as const
