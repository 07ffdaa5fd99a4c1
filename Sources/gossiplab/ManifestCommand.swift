// gossiplab manifest: an experiment as an Indexed Job of Kubernetes.
import Harness
import Platform
import Registry
import Scenario

enum ManifestCommand: Command {
    static let name = "manifest"
    static let usage = "manifest [NAME or FILE]"
    static let summary = "Prints an Indexed Job of Kubernetes that runs the experiment, a pod for each node."
    static let flags = [
        Flag("image", "IMAGE", "the container image with gossipnode, as Scripts/Containerfile makes it"),
        Flag("name", "NAME", "what job, service and pods are called (default: as the experiment)"),
        Flag("namespace", "NAME", "where they are made; by default where kubectl is told to"),
        Flag("port", "N", "where nodes listen (default 7600)"),
        Flag("cpu", "AMOUNT", "processors that a node asks for (default 1)"),
        Flag("memory", "AMOUNT", "memory that a node asks for and may have (default 256Mi)"),
        Flag("storage", "AMOUNT", "of a volume that is made for the results (default 1Gi)"),
        Flag("claim", "NAME", "a volume claim that is there, in place of a new one"),
        Flag("keys", "DIR", "the folder that 'gossiplab keys' made; each pod gets its own node's"),
        Flag("run", "DIR", "make this a run directory, into which the results' folder nodes is to be copied"),
        Flag("set", "KEY=VALUE", "override a key of the experiment, as in training.rounds=500; may be repeated"),
        Flag("quiet", nil, "no warnings"),
        InputFiles.flag,
    ]
    static let examples = [
        Example(
            "manifest quickstart --image registry.example/gossipnode:1", "quickstart on a cluster, a pod for each node")
    ]

    static func run(_ flags: Flags) throws -> Int32 {
        let assembly = try PreparedExperiment(flags, for: .node).assembly
        let image = try flags.required("image", "IMAGE, as in registry.example/gossipnode:1")
        var request = try KubernetesManifest.Request(
            name: flags.value("name") ?? KubernetesManifest.Request.name(of: assembly.experiment.name), image: image)
        request.namespace = flags.value("namespace")
        request.port = try flags.count("port", 1...65_535, default: request.port)
        request.processors = flags.value("cpu") ?? request.processors
        request.memory = flags.value("memory") ?? request.memory
        request.storage = flags.value("storage") ?? request.storage
        request.claim = flags.value("claim")
        request.keys = flags.value("keys")
        let manifest = try KubernetesManifest(assembly, request)
        if let path = flags.value("run") { try manifest.write(to: RunDirectory(path)) }
        try StandardOutput.print(json: manifest.text)
        return ExitCode.success
    }
}
