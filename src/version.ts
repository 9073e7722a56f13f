/** The version of this operator; package.json and the chart bear the same (tested). */
export const VERSION = '0.1.0';
