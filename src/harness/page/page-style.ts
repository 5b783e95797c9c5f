/**
 * How a report's page looks: light or dark as its reader prefers, on a wide screen with its contents beside
 * it, on a telephone without, and on paper.
 */
import { CHART_STYLE, colourVariables } from './chart-style.ts'

/** Charts are drawn for a telephone below this width of the window. */
const NARROW = '600px'
/** Above this there is room for the contents beside the text. */
const BESIDE = '1080px'

const TEXT = `
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--hw-paper);color:var(--hw-ink);overflow-wrap:break-word;
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
h1,h2,h3,.count,figcaption strong{text-wrap:balance}p,li,.note{text-wrap:pretty}
h1{font-size:clamp(1.5rem,1.2rem + 1.6vw,2.1rem);line-height:1.2;letter-spacing:-.015em;margin:0 0 .35rem}
h2{font-size:1.3rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .9rem}
h3{font-size:1rem;margin:1.6rem 0 .5rem}
a{color:var(--hw-a);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--hw-a);outline-offset:2px;border-radius:2px}
.soft,.note{color:var(--hw-soft)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,"Liberation Mono",monospace}
code{overflow-wrap:anywhere}
pre{margin:.5rem 0 1rem;padding:.75rem 1rem;background:var(--hw-cut);border-radius:6px;overflow-x:auto;
white-space:pre-wrap;overflow-wrap:anywhere}
.option{display:inline-block}
ul{padding-left:1.2rem}li{margin:.25rem 0}
`

const FRAME = `
.skip{position:absolute;left:-999px;top:0;padding:.6rem 1rem;background:var(--hw-paper);z-index:2}
.skip:focus{left:0}
.page{max-width:752px;margin:0 auto;padding:1.75rem 1rem 3rem}
section{margin-top:3.25rem;scroll-margin-top:1rem}
nav ol{list-style:none;margin:0;padding:0}nav li{margin:0}
nav a{display:block;padding:.3rem 0;color:var(--hw-soft);text-decoration:none;font-size:.9rem;
line-height:1.35}
nav a:hover{color:var(--hw-ink);text-decoration:underline}
nav h2{font-size:.8rem;font-weight:600;letter-spacing:.02em;color:var(--hw-soft);margin:0 0 .4rem}
footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--hw-grid);color:var(--hw-soft);
font-size:.9rem}
@media (min-width:${BESIDE}){
.page{display:grid;grid-template-columns:184px minmax(0,720px);column-gap:56px;max-width:1000px;
padding-top:3rem}
header,main,footer{grid-column:2}
nav{grid-column:1;grid-row:1/span 3;position:sticky;top:3rem;align-self:start;max-height:calc(100vh - 4rem);
overflow-y:auto}}
@media (max-width:1079px){nav{margin-top:1.2rem;border-block:1px solid var(--hw-grid)}nav h2{display:none}
nav ol{display:flex;gap:0 1.2rem;overflow-x:auto}nav li{flex:none}nav a{padding:.6rem 0}}
@media (min-width:${NARROW}) and (max-width:1079px){
nav ol{flex-wrap:wrap;padding:.3rem 0}nav a{padding:.25rem 0}}
`

const ANSWER = `
.answer{margin-top:1.5rem;padding:1.25rem 1.25rem 1rem;border:1px solid var(--hw-grid);border-radius:10px}
.answer .count{font-size:clamp(2rem,1.4rem + 3vw,3rem);font-weight:650;line-height:1.1;letter-spacing:-.02em;
margin:0;font-variant-numeric:tabular-nums}
.answer .range{font-size:1.05rem;margin:.35rem 0 0}
.verdict{display:flex;gap:.6rem;align-items:baseline;margin:.9rem 0 0}
.verdict b{flex:none;white-space:nowrap}
.verdict.held b{color:var(--hw-good)}.verdict.failed b,.verdict.refused b{color:var(--hw-bad)}
.verdict.open b{color:var(--hw-a)}
.badges{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;margin:.9rem 0 0;padding:0}
.badges li{margin:0;padding:.1rem .55rem;border:1px solid var(--hw-axis);border-radius:99px;font-size:.85rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,240px),1fr));gap:.9rem 1.5rem;
margin:0}
.answer .facts{margin:1.2rem 0 0;padding-top:1.1rem;border-top:1px solid var(--hw-grid)}
.facts div{min-width:0}.facts dt{color:var(--hw-soft);font-size:.85rem}.facts dd{margin:.05rem 0 0}
.answer figure{margin:1.3rem 0 0}
.answer figcaption strong{font-weight:400}
`

const FIGURES = `
figure{margin:1.75rem 0 0}
figcaption{margin-bottom:.8rem}figcaption strong{display:block;font-weight:600;line-height:1.4}
figcaption .note{display:block;font-size:.9rem;line-height:1.45;margin-top:.2rem}
.chart svg{display:block;width:100%;height:auto;overflow:visible}
.chart.narrow{display:none;max-width:440px}
@media (max-width:${NARROW}){.chart.wide{display:none}.chart.narrow{display:block}}
details{margin-top:.5rem;font-size:.9rem}
summary{cursor:pointer;width:fit-content;padding:.2rem .4rem .2rem 0;color:var(--hw-soft)}
summary:hover{color:var(--hw-ink)}
.scroll{overflow:auto;max-height:26rem;margin-top:.4rem;border-block:1px solid var(--hw-grid)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--hw-soft);padding:.4rem 0}
th,td{text-align:left;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--hw-grid);vertical-align:top}
thead th{font-weight:600}.data thead th{position:sticky;top:0;background:var(--hw-paper)}
tbody th{font-weight:400}tbody tr:last-child>*{border-bottom:0}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.data th:last-child,.data td:last-child{padding-right:.3rem}
.files{columns:2;column-gap:2rem}.files li{break-inside:avoid}
@media (max-width:${NARROW}){.files{columns:1}.verdict{display:block}}
.sources th[scope=row]{font-weight:500}
.origin{white-space:nowrap}.origin span{display:inline-block;width:1.25em;color:var(--hw-soft)}
@media (max-width:${NARROW}){
.stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stacked,.stacked tbody,.stacked tr,.stacked td,.stacked th{display:block}
.stacked tr{padding:.6rem 0;border-bottom:1px solid var(--hw-grid)}
.stacked th,.stacked td{border:0;padding:.05rem 0;text-align:left}
.stacked th[scope=row]{font-weight:600}}
`

const PAPER = `
@media print{
html{color-scheme:light}body{font-size:10.5pt}
.page{display:block;max-width:none;padding:0}
nav,.skip,details:not([open]){display:none}
section{margin-top:1.6rem}figure,.answer,tr{break-inside:avoid}h2,h3,figcaption{break-after:avoid}
.chart.wide{display:block}.chart.narrow{display:none}.chart svg{max-width:165mm}
.scroll{max-height:none;overflow:visible}a{color:inherit;text-decoration:none}
pre{border:1px solid var(--hw-axis);background:none}}
`

/** The style of the page with the style of its charts. */
export const PAGE_STYLE = [colourVariables(':root'), TEXT, FRAME, ANSWER, FIGURES, CHART_STYLE, PAPER].join(
  ''
)
