// Aliases of parameters, which may be given by one of several names: wherever parameters are read, and for every entry
// of every catalogue.
import Aggregation
import Attacks
import Faults
import Graphs
import JSON
import Learning
import Registry
import Testing
import TestSupport

@testable import Scenario

@Suite("Names of parameters")
struct AliasTests {
    /// A way in which parameters are read.
    struct Reader: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let read: @Sendable (_ given: [(name: String, value: ParameterValue)], _ declared: [Parameter]) throws -> Void

        static let all = [
            Reader(testDescription: "values") { given, declared in
                _ = try ParameterValues(given, declared: declared, key: "it")
            },
            Reader(testDescription: "JSON") { given, declared in
                let members = given.map { name, value in
                    if case .text(let text) = value { return #""\#(name)": "\#(text)""# }
                    return #""\#(name)": \#(value)"#
                }.joined(separator: ", ")
                _ = try StrictJSON.read("{\(members)}", name: "it.json").object("it").parameters(declared, besides: [])
            },
        ]

        /// Takes the last value, as if the first had not been given.
        static let careless = Reader(testDescription: "careless") { given, declared in
            _ = try ParameterValues(given.suffix(1), declared: declared, key: "it")
        }
    }

    /// All parameters with another name.
    private static let renamed =
        (RuleCatalog.gossip.descriptions + RuleCatalog.aggregation.descriptions
        + RuleCatalog.preAggregations.descriptions + AttackCatalog.all.descriptions + FaultCatalog.all.descriptions
        + DatasetCatalog.all.descriptions + SplitCatalog.all.descriptions + ModelCatalog.all.descriptions
        + StepSizeCatalog.all.descriptions + TopologyCatalog.all.descriptions
        + ScheduleCatalog.all.descriptions)
        .flatMap { $0.parameters }.filter { !$0.aliases.isEmpty }

    static let law = Law(
        "a parameter is given once, by any of its names; by two of them it is refused in one line that has both",
        brokenBy: Reader.careless
    ) { reader, verdict in
        for parameter in renamed {
            guard let value = parameter.defaultValue else { continue }
            let names = [parameter.name] + parameter.aliases
            for name in names {
                let fault = fault { try reader.read([(name, value)], [parameter]) }
                verdict.expect(fault == nil, "\(name): \(fault ?? "")")
                for other in names where other != name {
                    let text =
                        AliasTests.fault { try reader.read([(name, value), (other, value)], [parameter]) } ?? "-"
                    let isClear = text.contains("as \(name) and as \(other)") && !text.contains("\n")
                    verdict.expect(isClear, "\(name) and \(other): \(text)")
                }
            }
        }
    }

    private static func fault(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return "\(error)" }
        return nil
    }

    @Test("one is enough, two are a fault", arguments: Reader.all)
    func keeps(reader: Reader) throws {
        #expect(Self.renamed.count >= 8)
        let violations = try Self.law.violations(of: reader)
        #expect(violations == [])
    }

    @Test("a reader that takes the last of them is found out")
    func breaks() throws {
        #expect(try !Self.law.violationsOfCounterexample.isEmpty)
    }
}
