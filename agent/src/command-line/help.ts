/** What `--help` prints, by command; '' is the overview. */
export const HELP: Readonly<Record<string, string>> = {
  '': `wherry-agent: runs signed programs on this device

  wherry-agent claim    get this device's identity with a claim token
  wherry-agent run      run
  wherry-agent status   what runs, and how far deployments are
  wherry-agent check    could this version work here? changes nothing

  wherry-agent --version

"wherry-agent COMMAND --help" says more.`,

  claim: `wherry-agent claim --server URL --token TOKEN --trust FILE --data DIR [options]

Gets this device's identity and keeps it in DIR. May be repeated with the same token while no answer has come.

  --server URL    the control plane, for example https://wherry.example.com:8443
  --token TOKEN   single-use claim token, "wct1.…"; by it the device knows the control plane's certificate
  --trust FILE    whose releases this device runs: a root of "wherry trust root"
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
                  runnerPool N · selfUpdate {"confirmWithinMs"} ·
                  policy {"memoryBytesMax","cpuShareMax","allowContainers","allowWasm","allowAgentUpdates","allowHttp","dataBytesMax"} · labels · logLevel`,

  check: `wherry-agent check --data DIR

Reads the identity and the settings, brings a copy of the database up to date and asks the runtimes whether they are there.
Changes nothing, works beside a running agent, and ends with 1 and a sentence when this version could not work on DIR.

  --data DIR   folder of the agent`,

  status: `wherry-agent status --data DIR [--json]

Says who this device is, whether its agent runs, and the state of each app.

  --data DIR   folder of the agent
  --json       as one JSON document`,
};
