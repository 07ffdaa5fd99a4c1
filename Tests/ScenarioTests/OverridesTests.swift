// `--set key.path=value`.
import JSON
import Registry
import Testing

@testable import Scenario

@Suite("Overrides")
struct OverridesTests {
    private static let groups = """
        {"adversary": [{"nodes": ["1"], "attack": {"kind": "gaussian", "deviation": 5}}, {"nodes": ["2"]}]}
        """

    @Test("a value is JSON if it parses, otherwise a text")
    func values() throws {
        let changed = try experiment(
            "{}", ["training.rounds=500", "name=a b", #"task.split={"kind":"iid"}"#, "topology=x.json", "seed=3"])
        #expect(changed.training.rounds == 500 && changed.name == "a b" && changed.task.split.kind == "iid")
        #expect(changed.topology == .path("x.json") && changed.seed == 3)
    }

    @Test("a parameter changes alone, a kind replaces the whole choice")
    func parameters() throws {
        let sharper = try experiment("{}", ["training.stepSize.value=0.5"])
        #expect(sharper.training.stepSize.kind == "inverseSqrt")
        #expect(sharper.training.stepSize.parameters.number("value") == 0.5)
        let other = try experiment("{}", ["training.stepSize.value=0.5", "training.stepSize.kind=constant"])
        #expect(other.training.stepSize.kind == "constant")
        #expect(other.training.stepSize.parameters.number("value") == 0.1)
        let kept = try experiment("{}", ["task.split.over=honest", "task.split.kind=iid"])
        #expect(kept.task.over == .honest)
    }

    @Test("another name of a parameter replaces its value, and both in one object are a fault")
    func aliases() throws {
        let rule = #"{"aggregation": {"rule": {"kind": "centredClipping", "radius": 3}}}"#
        let other = try experiment(rule, ["aggregation.rule.tau=5"])
        #expect(other.aggregation.rule.parameters.number("radius") == 5)
        for both in [#""radius": 3, "tau": 5"#, #""tau": 5, "radius": 5"#] {
            let text = message { () throws(ConfigurationFault) in
                _ = try experiment(#"{"aggregation": {"rule": {"kind": "centredClipping", \#(both)}}}"#)
            }
            #expect(text.contains("aggregation.rule.radius is given twice, as ") && !text.contains("\n"))
        }
    }

    @Test("a number picks one adversary group, a name changes all of them")
    func groups() throws {
        let one = try experiment(Self.groups, ["adversary.0.attack.kind=signFlip", "adversary.1.from=7"])
        #expect(one.adversary.map(\.attack.kind) == ["signFlip", "signFlip"])
        #expect(one.adversary.map(\.from) == [0, 7])
        let all = try experiment(Self.groups, ["adversary.attack.kind=silence"])
        #expect(all.adversary.map(\.attack.kind) == ["silence", "silence"])
        #expect(try experiment(Self.groups, ["adversary=[]"]).adversary.isEmpty)
    }

    @Test("an inline topology can be changed, and a section set as a whole")
    func sections() throws {
        let larger = try experiment("{}", ["topology.nodes=64", #"training={"rounds": 3, "momentum": 0}"#])
        #expect(try larger.topologyFile { _ throws(ConfigurationFault) in [] }.topology.nodeCount == 64)
        #expect(larger.training.rounds == 3 && larger.training.momentum.parameters.number("value") == 0)
    }

    @Test("another family keeps what it shares with the one before")
    func families() throws {
        let ring = try experiment("{}", ["topology.seed=9", "topology.family=ring"])
        let expected = #"{"family": "ring", "nodes": 16, "seed": 9}"#
        #expect(ring.topology == .inline(try StrictJSON.read(expected, name: "")))
        let random = try experiment("{}", [#"topology.hostile=["3"]"#, "topology.family=erdosRenyi"])
        guard case .inline(let drawn) = random.topology else { Issue.record("no family"); return }
        #expect(drawn.member("hostile") != nil)
        let text = message { () throws(ConfigurationFault) in
            _ = try assemble("{}", ["topology.family=rings"])
        }
        #expect(text.contains("unknown family 'rings'; did you mean 'ring'?"), "\(text)")
    }

    @Test(
        "a family in the place of a file is answered with how it is written",
        arguments: [
            ("ring", #"{"family": "ring", "nodes": 16}"#), ("cycle", #"{"family": "ring", "nodes": 16}"#),
            ("randomRegular", #"{"family": "randomRegular", "nodes": 16, "degree": 4}"#),
            ("gnp", #"{"family": "erdosRenyi", "nodes": 16, "probability": 0.5}"#),
            ("torus", #"{"family": "torus", "rows": 4, "columns": 4}"#), ("twoCastle", #"{"family": "twoCastle"}"#),
        ])
    func familyNames(name: String, example: String) throws {
        let text = message { () throws(ConfigurationFault) in _ = try experiment("{}", ["topology=\(name)"]) }
        #expect(
            text.contains("topology is '\(name)', which is a family and no file; allowed: \(example), or ./\(name)"))
        let made = try experiment("{}", ["topology=\(example)"])
        #expect(try made.topologyFile { _ throws(ConfigurationFault) in [] }.topology.isConnected)
    }

    @Test("a file takes the place of a word, and another one that of a file and its digest")
    func files() throws {
        let named = try experiment("{}", ["training.initialisation.file=a=\u{301}.npz"])
        #expect(named.training.initialisation == .file(TensorSource(path: "a=\u{301}.npz")))
        let digest = String(repeating: "0", count: 64)
        let pinned = #"{"training": {"initialisation": {"file": "a.npz", "digest": "\#(digest)"}}}"#
        let other = try experiment(pinned, ["training.initialisation.file=b.npz"])
        #expect(other.training.initialisation == .file(TensorSource(path: "b.npz")))
        #expect(try experiment("{}", ["name=\u{301}x"]).name == "\u{301}x")
        let text = message { () throws(ConfigurationFault) in
            _ = try experiment("{}", ["training.frozen.file=a.npz"])
        }
        #expect(text.contains("layers is missing"), "\(text)")
    }

    @Test("lists that are empty, and values that are no list, are answered with what to write")
    func lists() {
        for (setting, complaint) in [
            ("adversary.nodes=3", #"as in --set 'adversary={"nodes": ["3"], "attack": "signFlip"}'"#),
            ("faults.until=9", #"as in --set 'faults={"fault": "loss", "from": 10, "until": 20}'"#),
            ("aggregation.before.kind=nnm", "as in --set 'aggregation.before=clipping'"),
            (
                #"adversary={"nodes": 3}"#,
                #"adversary.0.nodes is 3; expected an array of node labels, as in ["3", "7"]"#
            ),
        ] {
            let text = message { () throws(ConfigurationFault) in _ = try experiment("{}", [setting]) }
            #expect(text.contains(complaint), "\(text)")
        }
    }

    @Test("a path of endless parts is refused")
    func depth() {
        let path = "topology" + String(repeating: ".a", count: 100_000)
        let text = message { () throws(ConfigurationFault) in _ = try experiment("{}", ["\(path)=1"]) }
        #expect(text.contains("the path has 100000 parts; allowed: up to 64"))
    }

    @Test(
        "a word that may mean a key is offered as one",
        arguments: [
            ("seed", "3", ["seed=3"]), ("rounds", "5", ["training.rounds=5"]),
            ("batch-size", "8", ["training.batchSize=8"]), ("training.rounds", "5", ["training.rounds=5"]),
            ("topology", "x.json", ["topology=x.json"]),
            ("topology", "ring", [#"'topology={"family": "ring", "nodes": 16}'"#]),
            ("nodes", "9", ["topology.nodes=9", "adversary.nodes=9", "faults.nodes=9", "measure.stability.nodes=9"]),
            ("degree", "4", ["topology.degree=4"]), ("attack", "alie", ["adversary.attack=alie"]),
            ("every", "5", ["checkpoint.every=5", "measure.every=5"]), ("quiet", "", []),
        ])
    func assignments(word: String, value: String, expected: [String]) {
        #expect(ExperimentSchema.assignments(of: word, value: value) == expected)
    }

    @Test("later settings win, and all of them leave the rest alone")
    func order() throws {
        let json = #"{"training": {"rounds": 9, "momentum": 0.5}}"#
        let last = try experiment(json, ["training.rounds=5", "training.rounds=6"])
        #expect(last.training.rounds == 6 && last.training.momentum.parameters.number("value") == 0.5)
    }

    @Test(
        "names the flag and the nearest key",
        arguments: [
            ("training.round=5", "unknown key 'training.round'; did you mean 'training.rounds'?"),
            ("training.rounds=0", "training.rounds is 0; allowed: a whole number from 1"),
            ("training.rounds", "expected key.path=value"),
            ("training.rounds.x=1", "training.rounds is 200, which has no parts"),
            ("aggregation.rule.kind=csplus", "unknown rule 'csplus'; did you mean 'csPlus'?"),
            ("task.split.alpa=2", "unknown key in task.split 'alpa'; did you mean 'alpha'?"),
            ("adversary.2.from=1", "adversary.2 is not there; allowed: 0 to 1"),
            ("adversary.0.form=1", "unknown key 'adversary.0.form'; did you mean 'adversary.0.from'?"),
            ("=1", "expected key.path=value"),
            ("training..rounds=1", "unknown key 'training..rounds'"),
        ])
    func faults(setting: String, expected: String) {
        let text = message { () throws(ConfigurationFault) in _ = try experiment(Self.groups, [setting]) }
        #expect(text.contains(expected))
        #expect(text.hasPrefix("--set \(setting): "))
    }

    @Test("a group cannot be changed where there is none")
    func noGroups() {
        let text = message { () throws(ConfigurationFault) in _ = try experiment("{}", ["adversary.from=1"]) }
        #expect(
            text == "--set adversary.from=1: adversary is empty, and so has no from to change; allowed: to give it an "
                + #"element, as in --set 'adversary={"nodes": ["3"], "attack": "signFlip"}'"#)
    }
}
