// KubernetesManifest: an experiment as an Indexed Job of Kubernetes, a pod for each node, with all that it needs there.
import JSON
import Platform
import Registry
public import Scenario

/// What a cluster is asked for.
///
/// Pods of an Indexed Job have the names `NAME-INDEX`, which the headless service makes known before they are ready:
/// all of them start at once and wait for each other by themselves. A StatefulSet would start its pods one after the
/// other, each only once the one before is ready, and for ever.
public struct KubernetesManifest {
    /// Files of this size and more have no place in one ConfigMap or Secret.
    static let mostBytes = 1 << 20
    /// Says that the job is not done with a node that was told to stop.
    private static let stoppedStatus = 75

    private let assembly: Assembly
    private let topology: String
    private let request: Request
    private let keys: [(name: String, text: String)]

    /// What the operator may choose.
    public struct Request {
        public let name: String
        public let image: String
        public var namespace: String?
        public var port = 7600
        public var processors = "1"
        public var memory = "256Mi"
        /// Of a claim that is made for the results, or the name of one that is there.
        public var storage = "1Gi"
        public var claim: String?
        /// The folder that `gossiplab keys` has made.
        public var keys: String?

        /// - Throws: where the name is none for a service, or an image is missing.
        public init(name: String, image: String) throws(ConfigurationFault) {
            guard Self.isServiceName(name) else {
                throw ConfigurationFault(
                    .notAllowed(
                        key: "--name", given: "'\(excerpt(of: name))'",
                        allowed:
                            "up to \(Self.mostNameBytes) lower-case letters, digits and hyphens, a letter first, as in "
                            + "run-1"))
            }
            guard !image.isEmpty, !image.contains(where: { $0.isWhitespace }) else {
                throw ConfigurationFault(
                    .notAllowed(
                        key: "--image", given: "'\(excerpt(of: image))'",
                        allowed: "a container image, as in registry.example/gossipnode:1"))
            }
            (self.name, self.image) = (name, image)
        }

        /// So long that the name of a pod, with its index, is still one of a host.
        private static let mostNameBytes = 52

        private static func isServiceName(_ name: String) -> Bool {
            name.utf8.count <= mostNameBytes && name.wholeMatch(of: /[a-z]([-a-z0-9]*[a-z0-9])?/) != nil
        }

        /// The name of an experiment as one of a service.
        public static func name(of experiment: String) -> String {
            let characters = experiment.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
            let name = String(characters.drop { !$0.isLetter }.prefix(mostNameBytes))
            let trimmed = String(name.reversed().drop { $0 == "-" }.reversed())
            return trimmed.isEmpty ? "gossipnode" : trimmed
        }

        func check() throws(ConfigurationFault) {
            let quantity = /[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?/
            for (key, text) in [("--cpu", processors), ("--memory", memory), ("--storage", storage)] {
                guard text.wholeMatch(of: quantity) != nil else {
                    throw ConfigurationFault(
                        .notAllowed(
                            key: key, given: "'\(excerpt(of: text))'", allowed: "an amount, as in 2, 500m, 256Mi, 1Gi"))
                }
            }
            // A namespace is a DNS label (RFC 1123), a claim a DNS subdomain: labels with dots between.
            let label = /[a-z0-9]([-a-z0-9]*[a-z0-9])?/
            if let namespace, namespace.utf8.count > 63 || namespace.wholeMatch(of: label) == nil {
                throw ConfigurationFault(
                    .notAllowed(
                        key: "--namespace", given: "'\(excerpt(of: namespace))'",
                        allowed: "up to 63 lower-case letters, digits and hyphens, the first and last no hyphen"))
            }
            let subdomain = /[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/
            if let claim, claim.utf8.count > 253 || claim.wholeMatch(of: subdomain) == nil {
                throw ConfigurationFault(
                    .notAllowed(
                        key: "--claim", given: "'\(excerpt(of: claim))'",
                        allowed: "up to 253 lower-case letters, digits and hyphens, with dots between words"))
            }
        }
    }

    /// - Throws: where the experiment is too large for a ConfigMap, a key is missing, or a choice is none.
    public init(_ assembly: Assembly, _ request: Request) throws(ConfigurationFault) {
        try request.check()
        self.assembly = assembly
        self.request = request
        let pattern = "\(request.name)-{index}.\(request.name):\(request.port)"
        let key = "--name"
        topology = try assembly.topologyFile.addressed(by: AddressPattern(pattern, key: key), key: key).write()
        var keys: [(name: String, text: String)] = []
        if let folder = request.keys {
            for node in assembly.topology.nodes {
                let path = KeyFile.path(ofNode: node, in: folder)
                _ = try KeyFile.read(path).ring(of: node, in: assembly.topologyFile, name: path)
                do throws(SystemFault) {
                    keys.append(("\(node.index).json", String(decoding: try Files.read(path), as: UTF8.self)))
                } catch {
                    throw ConfigurationFault("\(error)")
                }
            }
        }
        self.keys = keys
        for (what, bytes) in [
            ("the experiment and its topology", experiment.utf8.count + topology.utf8.count),
            ("the keys", keys.reduce(0) { $0 + $1.text.utf8.count }),
        ] where bytes >= Self.mostBytes {
            throw ConfigurationFault(
                "\(what) come to \(bytes) bytes; Kubernetes keeps less than \(Self.mostBytes) in one object: put the "
                    + "files into the image")
        }
    }

    private var experiment: String {
        var experiment = assembly.experiment
        experiment.topology = .path(RunDirectory.topologyName)
        return experiment.resolvedJSON
    }

    /// Makes a run directory that lacks only what the nodes are to write.
    public func write(to directory: RunDirectory) throws {
        guard try Files.makeNewDirectory(directory.path) else {
            throw ConfigurationFault("\(directory.path) is already there; each run has a folder of its own")
        }
        try Files.write(Array(experiment.utf8), to: directory.experiment)
        try Files.write(Array(topology.utf8), to: directory.topology)
    }

    /// For `kubectl apply -f -`.
    public var text: String {
        var objects = [service, files]
        if !keys.isEmpty { objects.append(secret) }
        if request.claim == nil { objects.append(claim) }
        return YAMLText.documents(objects + [job])
    }

    // MARK: - Objects

    private func object(_ version: String, _ kind: String, _ name: String, _ members: [JSONMember]) -> JSONValue {
        let head = [
            JSONMember("apiVersion", .text(version)), JSONMember("kind", .text(kind)),
            JSONMember(
                "metadata",
                .object(["name": .text(name), "namespace": request.namespace.map(JSONValue.text), "labels": labels])),
        ]
        return JSONValue(.object(head + members))
    }

    private var labels: JSONValue {
        .object([
            "app.kubernetes.io/name": .text("gossipnode"), "app.kubernetes.io/instance": .text(request.name),
        ])
    }

    private var transport: String { assembly.experiment.transport == .udp ? "UDP" : "TCP" }
    private var keysName: String { "\(request.name)-keys" }
    private var resultsName: String { request.claim ?? "\(request.name)-results" }

    private var service: JSONValue {
        object(
            "v1", "Service", request.name,
            [
                JSONMember(
                    "spec",
                    .object([
                        "clusterIP": .text("None"),
                        // Nodes look for each other before any of them has done anything.
                        "publishNotReadyAddresses": .flag(true),
                        "selector": .object(["batch.kubernetes.io/job-name": .text(request.name)]),
                        "ports": .array([
                            .object([
                                "name": .text("gossip"), "port": .number(request.port), "protocol": .text(transport),
                            ])
                        ]),
                    ]))
            ])
    }

    private var files: JSONValue {
        object(
            "v1", "ConfigMap", request.name,
            [
                JSONMember("immutable", .flag(true)),
                JSONMember(
                    "data",
                    .object([
                        RunDirectory.experimentName: .text(experiment), RunDirectory.topologyName: .text(topology),
                    ])),
            ])
    }

    private var secret: JSONValue {
        object(
            "v1", "Secret", keysName,
            [
                JSONMember("immutable", .flag(true)),
                JSONMember("stringData", JSONValue(.object(keys.map { JSONMember($0.name, .text($0.text)) }))),
            ])
    }

    private var claim: JSONValue {
        object(
            "v1", "PersistentVolumeClaim", resultsName,
            [
                JSONMember(
                    "spec",
                    .object([
                        // Pods of one job run on many machines.
                        "accessModes": .array([.text("ReadWriteMany")]),
                        "resources": .object(["requests": .object(["storage": .text(request.storage)])]),
                    ]))
            ])
    }

    private var job: JSONValue {
        let nodes = assembly.topology.nodeCount
        return object(
            "batch/v1", "Job", request.name,
            [
                JSONMember(
                    "spec",
                    .object([
                        "completionMode": .text("Indexed"),
                        "completions": .number(nodes),
                        "parallelism": .number(nodes),
                        // Restarts of all pods together.
                        "backoffLimit": .number(max(6, 2 * nodes)),
                        "template": .object(["metadata": .object(["labels": labels]), "spec": pod]),
                    ]))
            ])
    }

    private var pod: JSONValue {
        .object([
            // With the service, this is what gives a pod its name.
            "subdomain": .text(request.name),
            "restartPolicy": .text("OnFailure"),
            "terminationGracePeriodSeconds": .number(30),
            "automountServiceAccountToken": .flag(false),
            "enableServiceLinks": .flag(false),
            "containers": .array([container]),
            "volumes": .array(volumes),
        ])
    }

    private var volumes: [JSONValue] {
        var volumes: [JSONValue] = [
            .object(["name": .text("experiment"), "configMap": .object(["name": .text(request.name)])]),
            .object([
                "name": .text("results"), "persistentVolumeClaim": .object(["claimName": .text(resultsName)]),
            ]),
        ]
        guard !keys.isEmpty else { return volumes }
        // Keys that others could read are refused.
        let secret = JSONValue.object(["secretName": .text(keysName), "defaultMode": .number(0o400)])
        volumes.append(.object(["name": .text("keys"), "secret": secret]))
        return volumes
    }

    private var mounts: [JSONValue] {
        var mounts: [JSONValue] = [
            .object(["name": .text("experiment"), "mountPath": .text("/experiment"), "readOnly": .flag(true)]),
            // A claim may hold the results of many runs.
            .object(["name": .text("results"), "mountPath": .text("/results"), "subPath": .text(request.name)]),
        ]
        guard !keys.isEmpty else { return mounts }
        // A pod sees the keys of its own node, and nobody else's.
        mounts.append(
            .object([
                "name": .text("keys"), "mountPath": .text("/keys/own.json"),
                "subPathExpr": .text("$(OWN_INDEX).json"), "readOnly": .flag(true),
            ]))
        return mounts
    }

    private var container: JSONValue {
        let amount = JSONValue.object(["cpu": .text(request.processors), "memory": .text(request.memory)])
        let port = JSONValue.object(["containerPort": .number(request.port), "protocol": .text(transport)])
        return .object([
            "name": .text("gossipnode"),
            "image": .text(request.image),
            "args": .array(arguments.map(JSONValue.text)),
            "env": .array(environment),
            "ports": .array([port]),
            "resources": .object([
                "requests": amount, "limits": .object(["memory": .text(request.memory)]),
            ]),
            "securityContext": .object([
                "allowPrivilegeEscalation": .flag(false),
                "readOnlyRootFilesystem": .flag(true),
                "capabilities": .object(["drop": .array([.text("ALL")])]),
                "seccompProfile": .object(["type": .text("RuntimeDefault")]),
            ]),
            "volumeMounts": .array(mounts),
        ])
    }

    private var arguments: [String] {
        let arguments = [
            "--experiment", "/experiment/\(RunDirectory.experimentName)",
            "--topology", "/experiment/\(RunDirectory.topologyName)",
            "--rank", "auto", "--run", "/results", "--resume", "auto", "--stopped-status", "\(Self.stoppedStatus)",
        ]
        return arguments + (keys.isEmpty ? [] : ["--keys", "/keys/own.json"])
    }

    private var environment: [JSONValue] {
        func field(_ name: String, _ path: String) -> JSONValue {
            let reference = JSONValue.object(["fieldRef": .object(["fieldPath": .text(path)])])
            return .object(["name": .text(name), "valueFrom": reference])
        }
        // Of the job, by which its nodes know each other, and of the node, by which its keys are found.
        let job = field("GOSSIPNODE_JOB", "metadata.labels['batch.kubernetes.io/controller-uid']")
        let index = field("OWN_INDEX", "metadata.annotations['batch.kubernetes.io/job-completion-index']")
        return keys.isEmpty ? [job] : [job, index]
    }
}
