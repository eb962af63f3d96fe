// Reads simulations from standard input as a JSON list, writes each one's verdict as a JSON list.
// The judge is @cloud-copilot/iam-simulate; nothing of this project's own code has a say in it.
import { runSimulation } from '@cloud-copilot/iam-simulate'

let text = ''
for await (const chunk of process.stdin) text += chunk

const verdicts = []
for (const simulation of JSON.parse(text)) {
  const outcome = await runSimulation(simulation, {})
  if (outcome.resultType === 'error') {
    console.error(JSON.stringify(outcome.errors))
    process.exit(1)
  }
  verdicts.push(outcome.overallResult)
}
console.log(JSON.stringify(verdicts))
