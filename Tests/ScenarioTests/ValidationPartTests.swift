// The validation part: rows that the laboratory keeps, drawn by seed, which no node has.
import Kernels
import Learning
import Registry
import Testing

@testable import Scenario

@Suite("Validation part")
struct ValidationPartTests {
    private func assembly(_ share: Double, seed: Int = 1, split: String = "iid") throws -> Assembly {
        try assemble(
            """
            {"seed": \(seed), "topology": {"family": "ring", "nodes": 4},
             "task": {"dataset": {"kind": "synthetic", "samples": 101, "features": 3, "classes": 2},
                      "split": "\(split)", "validation": \(share)}}
            """)
    }

    @Test(
        "nodes and laboratory share out the training part, each row once", arguments: ["iid", "oneLabel", "dirichlet"])
    func disjoint(split: String) throws {
        let assembly = try assembly(0.25, split: split)
        let held = ValidationPart(share: 0.25, of: 101, seed: 1).rows
        #expect(held.count == 25 && held == held.sorted())
        #expect((assembly.parts.flatMap { $0 } + held).sorted() == (0..<101).map { Int32($0) })
    }

    @Test("it has the samples of its rows")
    func samples() throws {
        let part = try #require(try assembly(0.25).validationPart())
        let all = try assembly(0).node(NodeID(0)).configuration
        #expect(all.dimension > 0 && part.count == 25 && part.shape.featureCount == 3)
        let held = ValidationPart(share: 0.25, of: 101, seed: 1).rows
        // Labels of this data alternate.
        #expect(part.targets.labels == held.map { $0 % 2 })
    }

    @Test("the seed decides which rows, and nothing is held back of a share of 0")
    func drawn() throws {
        #expect(ValidationPart(share: 0.5, of: 100, seed: 1).rows == ValidationPart(share: 0.5, of: 100, seed: 1).rows)
        #expect(ValidationPart(share: 0.5, of: 100, seed: 1).rows != ValidationPart(share: 0.5, of: 100, seed: 2).rows)
        #expect(try assembly(0).validationPart() == nil && assembly(0).parts.joined().count == 101)
        #expect(ValidationPart(share: 0.009, of: 100, seed: 1).rows.isEmpty)
    }

    @Test("classes are split among the rest as among all")
    func labels() throws {
        let assembly = try assembly(0.5, split: "oneLabel")
        for node in assembly.topology.nodes {
            let labels = try #require(try assembly.shard(of: node).samples.targets.labels)
            let own = Set(try assembly.shard(of: node).rows.map { labels[Int($0)] })
            #expect(own.count == 1)
        }
    }
}

@Suite("Optimum checks")
struct OptimumChecksTests {
    private func fault(_ settings: [String]) -> String {
        do {
            _ = try assemble("{}", settings)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("an optimum that cannot be had is refused in one line")
    func refusals() {
        let decay = fault(["measure.optimum=solve", "training.weightDecay=0"])
        #expect(decay.contains("measure.optimum solve: without weight decay task.model softmax may have no optimum"))
        let projected = fault(["measure.optimum=solve", "training.projection=ball"])
        #expect(projected.contains("outside of training.projection ball, which must be none"))
        #expect(fault(["measure.optimum=solve"]).isEmpty)
        #expect(fault(["training.weightDecay=0"]).isEmpty)
        #expect(fault(["measure.optimum=solve", "training.weightDecay=0", "task.model=quadratic"]).isEmpty)
    }

    @Test("auto knows what has a formula, solve what must be searched, none nothing")
    func search() throws {
        func isKnown(_ settings: [String]) throws -> Bool { try assemble("{}", settings).honestProblem() != nil }
        #expect(try !isKnown([]) && isKnown(["measure.optimum=solve"]) && isKnown(["task.model=quadratic"]))
        #expect(try !isKnown(["task.model=quadratic", "measure.optimum=none"]))
        #expect(try !isKnown(["task.model=quadratic", "training.projection=box"]))
    }

    @Test("the least aggregate cannot be told where a round has several gossip steps of models")
    func output() {
        let settings = ["training.output=leastNorm", "training.gossipSteps=2"]
        #expect(fault(settings).contains("training.gossipSteps must be 1"))
        #expect(fault(settings + ["training.exchange=gradient", "aggregation.rule=weightedMean"]).isEmpty)
    }
}
