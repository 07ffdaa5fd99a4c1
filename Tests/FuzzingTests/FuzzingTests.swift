// Inputs of every fuzz target: the seeds, what fuzzers have found, and a slice of changed seeds. Scripts/fuzz runs many
// more, and sees which lines they reach.
import Fuzzing
import Kernels
import Platform
import TestSupport
import Testing

@Suite("Fuzz targets")
struct FuzzingTests {
    @Test("are one for each name, and say what they read")
    func names() {
        #expect(Set(FuzzTargets.all.map(\.name)).count == FuzzTargets.all.count)
        #expect(FuzzTargets.all.allSatisfy { FuzzTargets.named($0.name) != nil && !$0.summary.isEmpty })
        // What was found is of targets that there are.
        #expect(!FoundInputs.targets.isEmpty && FoundInputs.targets.allSatisfy { FuzzTargets.named($0) != nil })
    }

    @Test("hold for their seeds, and for what was found once", arguments: FuzzTargets.all)
    func kept(target: FuzzTarget) throws {
        for (place, seed) in try target.seeds().enumerated() { #expect(target.violation(seed) == nil, "seed \(place)") }
        for found in try FoundInputs.of(target) {
            #expect(target.violation(found.bytes) == nil, "\(found.path)")
        }
    }

    @Test("hold for changed seeds", arguments: FuzzTargets.all)
    func changed(target: FuzzTarget) throws {
        var mutations = Mutations(of: try target.seeds(), number: 1)
        for number in 0..<1_500 {
            let input = mutations.next()
            if let violation = target.violation(input) {
                Issue.record("input \(number), \(hexadecimal(input)): \(violation)")
                return
            }
        }
    }

    @Test("that read wrongly are found out, by changed seeds alone")
    func wrong() throws {
        let trusting = FuzzTarget("trusting", "a length that is believed") {
            [[2, 7, 7], [1, 7]]
        } violation: { bytes in
            guard let length = bytes.first.map(Int.init) else { return nil }
            return length <= bytes.count - 1 || length > 8 ? nil : "\(length) bytes of \(bytes.count - 1)"
        }
        var mutations = Mutations(of: try trusting.seeds(), number: 1)
        #expect((0..<1_500).contains { _ in trusting.violation(mutations.next()) != nil })
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// Inputs on which a target has failed once.
enum FoundInputs {
    private static let folder = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/")!)) + "/Found"
    /// The names of targets that have any.
    static let targets = (try? Files.names(in: folder)) ?? []

    static func of(_ target: FuzzTarget) throws -> [(path: String, bytes: [UInt8])] {
        guard targets.contains(target.name) else { return [] }
        return try Files.names(in: "\(folder)/\(target.name)").sorted().map { name in
            ("\(target.name)/\(name)", try Files.read("\(folder)/\(target.name)/\(name)"))
        }
    }
}
