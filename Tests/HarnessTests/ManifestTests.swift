// The Indexed Job that an experiment becomes on Kubernetes, and the YAML it is written in.
import Platform
import Registry
import Scenario
import Testing
import JSON

@testable import Harness

@Suite("Kubernetes manifest")
struct ManifestTests {
    private static func assembly(_ nodes: Int = 4, _ settings: [String] = []) throws -> Assembly {
        let text = """
            {"name": "My run", "topology": {"family": "ring", "nodes": \(nodes)}, "training": {"rounds": 3},
             "task": {"dataset": {"kind": "synthetic", "features": 6, "classes": 3, "samples": 200}}}
            """
        let source = try ExperimentSource(try StrictJSON.read(text, name: "t"), in: "t", overrides: settings)
        return try Assembly(source.experiment, topology: source.topologyFile(of: source.experiment))
    }

    private static func request(_ name: String = "run-1") throws(ConfigurationFault) -> KubernetesManifest.Request {
        try KubernetesManifest.Request(name: name, image: "registry.example/gossipnode:1")
    }

    @Test("it is a job of as many pods as nodes, under names that the service makes known at once")
    func job() throws {
        let text = try KubernetesManifest(Self.assembly(), Self.request()).text
        for line in [
            "kind: Job\n", "  completionMode: Indexed\n  completions: 4\n  parallelism: 4\n",
            "      subdomain: run-1\n      restartPolicy: OnFailure\n", "  publishNotReadyAddresses: true\n",
            "  clusterIP: None\n", "immutable: true\n", "- \"--rank\"\n        - auto\n",
            "batch.kubernetes.io/job-name: run-1\n", "kind: PersistentVolumeClaim\n", "claimName: run-1-results\n",
            "port: 7600\n",
        ] {
            #expect(text.contains(line), "\(line)")
        }
        #expect(!text.contains("kind: Secret") && !text.contains("/keys"))
        #expect(text.contains(#""address": "run-1-3.run-1:7600""#), "the topology says where each pod is")
    }

    @Test("what stands in it is the experiment itself: the same identity, read back")
    func identity() throws {
        let assembly = try Self.assembly()
        let folder = try TemporaryDirectory()
        let run = RunDirectory("\(folder.path)/run")
        let manifest = try KubernetesManifest(assembly, Self.request())
        try manifest.write(to: run)
        let experiment = try Experiment(Files.read(run.experiment), name: "e")
        let topology = try TopologyFile.read(Files.read(run.topology), name: "t")
        #expect(try Assembly(experiment, topology: topology).identity == assembly.identity)
        #expect(throws: ConfigurationFault.self) { try manifest.write(to: run) }
    }

    @Test("with keys each pod is given the file of its own index; a folder of other keys is refused")
    func keys() throws {
        let folder = try TemporaryDirectory()
        let assembly = try Self.assembly()
        try Files.makeDirectory("\(folder.path)/keys")
        _ = try KeyFile.write(for: assembly.topologyFile, to: "\(folder.path)/keys")
        var request = try Self.request()
        request.keys = "\(folder.path)/keys"
        let text = try KubernetesManifest(assembly, request).text
        #expect(text.contains("subPathExpr: \"$(OWN_INDEX).json\"") && text.contains("defaultMode: 256\n"))
        #expect(text.contains("\n  \"3.json\": |\n"))
        #expect(throws: ConfigurationFault.self) { _ = try KubernetesManifest(Self.assembly(5), request) }
    }

    @Test("another claim, transport and port")
    func choices() throws {
        var request = try Self.request()
        for (claim, namespace, key) in [
            (nil, "a.b", "--namespace"), (nil, String(repeating: "n", count: 64), "--namespace"),
            (nil, "-a", "--namespace"), ("a..b", nil, "--claim"), ("A", nil, "--claim"),
            (String(repeating: "n", count: 254), nil, "--claim"),
        ] {
            (request.claim, request.namespace) = (claim, namespace)
            let fault = #expect(throws: ConfigurationFault.self) {
                _ = try KubernetesManifest(Self.assembly(4), request)
            }
            #expect(fault?.description.contains(key) == true)
        }
        (request.claim, request.namespace) = ("shared.at-home", String(repeating: "n", count: 63))
        _ = try KubernetesManifest(Self.assembly(4), request)
        (request.claim, request.port, request.namespace) = ("shared", 9000, "lab")
        let text = try KubernetesManifest(Self.assembly(4, ["network.transport=udp"]), request).text
        #expect(!text.contains("PersistentVolumeClaim\n") && text.contains("claimName: shared\n"))
        #expect(text.contains("protocol: UDP\n") && text.contains("containerPort: 9000\n"))
        #expect(text.contains("  namespace: lab\n") && text.contains("run-1-0.run-1:9000"))
    }

    @Test("names that are none for a service, and amounts that are none, are refused in one line")
    func mistakes() throws {
        for name in ["", "1run", "Run", "run_1", "run-", "a.b", String(repeating: "a", count: 53)] {
            #expect(throws: ConfigurationFault.self) { _ = try Self.request(name) }
        }
        for change in [\KubernetesManifest.Request.processors, \.memory, \.storage] {
            var request = try Self.request()
            request[keyPath: change] = "lots"
            #expect(throws: ConfigurationFault.self) { _ = try KubernetesManifest(Self.assembly(), request) }
        }
        #expect(KubernetesManifest.Request.name(of: "My run, 2nd") == "my-run--2nd")
        #expect(KubernetesManifest.Request.name(of: "4_") == "gossipnode")
    }

    @Test("YAML: what could be taken for something else is quoted, texts of several lines stand as blocks")
    func yaml() throws {
        let tree = try StrictJSON.read(
            #"""
            {"a": {"b": [1, "x", {"c": true, "d": []}, [2]], "e": {}}, "no": "yes", "t": "1 2", "text": "one\n\n two\n",
             "not-a-block": " one\n", "k:": null, "u": "ü\n"}
            """#, name: "t")
        #expect(
            YAMLText.documents([tree, tree.member("a")!]).hasPrefix(
                """
                ---
                a:
                  b:
                  - 1
                  - x
                  - c: true
                    d: []
                  -
                    - 2
                  e: {}
                "no": "yes"
                t: "1 2"
                text: |
                  one

                   two
                not-a-block: " one\\n"
                "k:": null
                u: "ü\\n"
                ---
                b:

                """.replacing("  -\n    - 2", with: "  - - 2")))
    }
}
