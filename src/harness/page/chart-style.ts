/**
 * Colours and strokes of all charts, in one place: a page carries them once, a chart's own file by itself.
 * Series differ by dash and by shape too, never by colour alone; text keeps a contrast of 4.5 and marks of 3.
 */

/** By name, for light paper and dark; names are variables of the charts and of the page around them. */
export const CHART_COLOURS = {
  light: {
    paper: '#ffffff',
    ink: '#15202b',
    soft: '#546170',
    grid: '#e4e9ee',
    axis: '#84909d',
    a: '#0b5fb0',
    b: '#b04a00',
    c: '#6a3da8',
    d: '#00756b',
    good: '#17784a',
    bad: '#c0362c',
    'good-fill': '#cfead9',
    'half-fill': '#fae6b4',
    'bad-fill': '#f8d3cd',
    'load-fill': '#dbe6f3',
    band: '#e3f2e9',
    ribbon: '#d3e3f4',
    cut: '#eceff2'
  },
  dark: {
    paper: '#10161c',
    ink: '#e9eef3',
    soft: '#a3b0bd',
    grid: '#252e37',
    axis: '#6f7d8b',
    a: '#6db5f7',
    b: '#f2a363',
    c: '#c2a5fb',
    d: '#4fcfbf',
    good: '#5ccb8d',
    bad: '#ff8f82',
    'good-fill': '#1d4a31',
    'half-fill': '#5a4713',
    'bad-fill': '#5f2a25',
    'load-fill': '#22364c',
    band: '#172a1e',
    ribbon: '#1c3550',
    cut: '#1d252d'
  }
} as const

/** Sequential steps of maps, from little to much, and whether text on a step is ink or paper. */
export const MAP_STEPS = {
  light: ['#eef4fa', '#d3e4f3', '#adcdea', '#7fb0db', '#2a72b3', '#0f5a9c', '#0a3f72'],
  dark: ['#162230', '#1b3148', '#224564', '#2b5c87', '#4d8ec5', '#86bdeb', '#bfe0fb']
} as const

/** The first step on which text is drawn in the colour of the paper. */
export const MAP_TURN = 4

function variables(theme: 'light' | 'dark'): string {
  const colours = Object.entries(CHART_COLOURS[theme]).map(([name, value]) => `--hw-${name}:${value}`)
  const steps = MAP_STEPS[theme].map((value, index) => `--hw-map-${index}:${value}`)
  return [...colours, ...steps].join(';')
}

/** Custom properties for `selector`, dark where its reader prefers so, light on paper always. */
export function colourVariables(selector: string): string {
  return [
    `${selector}{${variables('light')}}`,
    `@media screen and (prefers-color-scheme:dark){${selector}{${variables('dark')}}}`
  ].join('\n')
}

const SERIES = (['a', 'b', 'c', 'd'] as const).map(
  name =>
    `.hw-chart .line-${name}{stroke:var(--hw-${name})}.hw-chart .mark-${name}{fill:var(--hw-${name})}` +
    `.hw-chart .hollow-${name}{stroke:var(--hw-${name})}`
)

const STEPS = MAP_STEPS.light.map((_, index) => `.hw-chart .map-${index}{fill:var(--hw-map-${index})}`)

const FILLS = ['good-fill', 'half-fill', 'bad-fill', 'load-fill', 'band', 'ribbon', 'cut', 'paper'].map(
  name => `.hw-chart .${name}{fill:var(--hw-${name})}`
)

/** What the classes of charts mean. */
export const CHART_STYLE = `
.hw-chart{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;
font-variant-numeric:tabular-nums}
.hw-chart text{fill:var(--hw-ink)}.hw-chart .soft{fill:var(--hw-soft)}.hw-chart .strong{font-weight:600}
.hw-chart .halo{paint-order:stroke;stroke:var(--hw-paper);stroke-width:4px;stroke-linejoin:round}
.hw-chart .turned{fill:var(--hw-paper)}
.hw-chart .bad{fill:var(--hw-bad)}.hw-chart .good{fill:var(--hw-good)}
.hw-chart .grid{stroke:var(--hw-grid);fill:none}.hw-chart .axis{stroke:var(--hw-axis);fill:none}
.hw-chart [class^=line-]{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.hw-chart .line-soft{stroke:var(--hw-soft);stroke-width:1.4}
.hw-chart .line-bad{stroke:var(--hw-bad);stroke-width:1.6}
.hw-chart .line-ink{stroke:var(--hw-ink);stroke-width:1.6}
.hw-chart [class^=hollow-]{fill:var(--hw-paper);stroke-width:1.8}
.hw-chart .hollow-ink{stroke:var(--hw-ink)}.hw-chart .mark-ink{fill:var(--hw-ink)}
.hw-chart .mark-soft{fill:var(--hw-soft)}.hw-chart .mark-bad{fill:var(--hw-bad)}
.hw-chart .thin{stroke-width:1.2}
.hw-chart .edge{stroke:var(--hw-paper);stroke-width:1.2}
.hw-chart .best{fill:none;stroke:var(--hw-ink);stroke-width:2.4}
${SERIES.join('\n')}
${FILLS.join('')}
${STEPS.join('')}
`

/** The style of a chart that is a file of its own. */
export const STANDALONE_STYLE = `${colourVariables('.hw-chart')}${CHART_STYLE}`
