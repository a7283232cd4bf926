/** What `--help` prints, by command; '' is the overview. */
export const HELP: Readonly<Record<string, string>> = {
  '': `wherry-agent: runs signed programs on this device

  wherry-agent claim    get this device's identity with a claim token
  wherry-agent run      run
  wherry-agent status   what runs, and how far deployments are

"wherry-agent COMMAND --help" says more.`,

  claim: `wherry-agent claim --server URL --token TOKEN --trust FILE --data DIR [options]

Gets this device's identity and keeps it in DIR. May be repeated with the same token while no answer has come.

  --server URL    the control plane, for example https://wherry.example.com
  --token TOKEN   single-use claim token, "wct1.…"
  --trust FILE    whose releases this device runs: {"publisherKeys":["<SPKI DER, base64>"],"threshold":1}
  --data DIR      folder of this agent; made when it is not there
  --name NAME     wanted device name; the control plane makes one up otherwise
  --target NAME   class of device; detected otherwise
  --label K=V     may be given several times`,

  run: `wherry-agent run --data DIR [--config FILE]

Runs until SIGTERM or SIGINT. Needs no network for what is on the device already. Prints one line of JSON when ready,
and logs as JSON lines on standard error.

  --data DIR      folder that "claim" filled
  --config FILE   settings; DIR/agent.json otherwise, if it is there. Keys, all optional:
                  http {"host","port"} or false · localBroker "mqtt://…" · dockerSocket PATH or false · usageEveryMs ·
                  timeZone "Europe/Berlin" · links {"metered":{"interfaces":["wwan*"],"bytesPerMonth":N},"unmetered":{"bytesPerMonth":N}} ·
                  runnerPool N ·
                  policy {"memoryBytesMax","cpuShareMax","allowContainers","allowWasm","allowHttp","dataBytesMax"} · labels · logLevel`,

  status: `wherry-agent status --data DIR [--json]

Says who this device is, whether its agent runs, and the state of each app.

  --data DIR   folder of the agent
  --json       as one JSON document`,
};
