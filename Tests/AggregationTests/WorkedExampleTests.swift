// Seven points of which two are far out, worked through by every rule with another program in Float64.
import Aggregation
import Kernels
import ReferenceRules
import Registry
import Testing

/// A rule with parameters on the seven points, and what it must make of them.
struct WorkedExample: CustomTestStringConvertible, Sendable {
    static let points: [[Float]] = [
        [1, 0], [1.2, 0.1], [0.9, -0.2], [1.1, 0.3], [0.8, 0.15], [5, 5], [-4, 3],
    ]
    static let furtherPoints: [[Float]] = [[1.05, 0.05], [0.95, -0.05], [1, 0.2], [0.85, 0]]

    let rule: any AggregationRule.Type
    var given: [(name: String, value: ParameterValue)] = []
    var points = Self.points
    var hostile = 2
    var own: Int?
    let expected: [Double]

    var testDescription: String {
        ([rule.name, "f \(hostile)"] + given.map { "\($0.name) \($0.value)" }).joined(separator: ", ")
    }

    static let all = [
        WorkedExample(rule: Mean.self, expected: [0.857_142_857_1, 1.192_857_142_9]),
        WorkedExample(rule: CoordinateMedian.self, expected: [1, 0.15]),
        WorkedExample(rule: TrimmedMean.self, expected: [1, 0.183_333_333_3]),
        WorkedExample(
            rule: GeometricMedian.self, given: [("mode", .text("byzfl"))],
            expected: [0.991_690_013_1, 0.162_144_918_1]),
        WorkedExample(
            rule: GeometricMedian.self, given: [("mode", .text("byzfl")), ("steps", .number(100))],
            expected: [0.999_925_392_9, 0.140_941_909_6]),
        WorkedExample(rule: GeometricMedian.self, expected: [0.999_925_392_9, 0.140_941_909_6]),
        WorkedExample(rule: Krum.self, expected: [1, 0]),
        WorkedExample(rule: Krum.self, given: [("neighbours", .text("n-f-2"))], expected: [1, 0]),
        WorkedExample(rule: MultiKrum.self, expected: [1, 0.07]),
        WorkedExample(rule: MinimumDiameter.self, expected: [1, 0.07]),
        WorkedExample(rule: MinimumVariance.self, expected: [1, 0.07]),
        WorkedExample(rule: SmallestEigenvalue.self, expected: [1, 0.07]),
        WorkedExample(rule: MeanAroundMedian.self, expected: [1, 0.07]),
        WorkedExample(rule: FABA.self, expected: [1, 0.07]),
        WorkedExample(
            rule: ComparativeElimination.self, points: [[3, 4], [0, 1], [1, 0], [30, 40]], hostile: 1,
            expected: [4.0 / 3, 5.0 / 3]),
        // Groups of one input: the geometric median itself.
        WorkedExample(
            rule: MedianOfMeans.self, given: [("groups", .number(7))], expected: [0.999_925_392_9, 0.140_941_909_6]),
        WorkedExample(rule: NearestToPivot.self, expected: [1, 0.07]),
        WorkedExample(rule: NearestToPivot.self, given: [("idx", .number(5))], expected: [1.82, 1.11]),
        WorkedExample(rule: NearestToPivot.self, own: 5, expected: [1.82, 1.11]),
        WorkedExample(
            rule: CentredClipping.self, given: [("tau", .number(1))], expected: [0.652_630_908_7, 0.229_038_523_8]),
        WorkedExample(
            rule: CentredClipping.self, given: [("tau", .number(1)), ("L", .number(3))],
            expected: [0.933_341_757_3, 0.310_794_430_3]),
        WorkedExample(rule: CovarianceFilter.self, expected: [0.999_994_979_3, 0.070_434_932_8]),
        WorkedExample(rule: CovarianceFilter.self, hostile: 1, expected: [0.647_179_809_7, 0.277_181_310_0]),
        WorkedExample(
            rule: CovarianceFilter.self, given: [("max", .text("all"))], expected: [0.986_440_055_5, 0.078_240_975_7]),
        WorkedExample(
            rule: CovarianceFilter.self, given: [("max", .text("all"))], hostile: 1,
            expected: [0.647_179_809_7, 0.277_181_310_0]),
        WorkedExample(
            rule: Bulyan.self, points: points + furtherPoints, expected: [1.016_666_666_7, 0.016_666_666_7]),
    ]
}

@Suite("Seven points")
struct WorkedExampleTests {
    @Test("come to the numbers worked out elsewhere", arguments: WorkedExample.all)
    func values(example: WorkedExample) throws {
        let instance = AggregationInstance(example.points, hostile: example.hostile, own: example.own)
        let vector = try instance.aggregated(by: example.rule, example.given).vector
        // Hundreds of passes of the filter are sensitive to the rounding of the points to Floats.
        #expect(isClose(vector, example.expected.map { Float($0) }, within: 2e-5))
    }

    @Test("come to them by definition, in Double", arguments: WorkedExample.all)
    func definitions(example: WorkedExample) throws {
        let slow = try #require(ReferenceRules.aggregation[example.rule.name])
        let parameters = try ParameterValues(
            example.given, declared: example.rule.parameters, key: example.rule.name)
        // Decimals again, not the Floats that stand for them.
        let points = example.points.map { $0.map { (Double($0) * 1e6).rounded() / 1e6 } }
        let inputs = ReferenceInputs(points, hostile: example.hostile, own: example.own, parameters: parameters)
        let vector = slow(inputs).vector
        // The geometric median is run to a tolerance.
        let tolerance = example.rule == GeometricMedian.self ? 1e-6 : 1e-9
        #expect(zip(vector, example.expected).allSatisfy { ($0 - $1).magnitude < tolerance }, "\(vector)")
    }

    @Test("a tie at the cut goes to the first")
    func tie() throws {
        let example = WorkedExample.points.map { $0.map { (Double($0) * 1e6).rounded() / 1e6 } }
        let given: [(name: String, value: ParameterValue)] = [
            ("neighbours", .text("n-f-2")), ("selected", .text("n-f-2")),
        ]
        let parameters = try ParameterValues(given, declared: MultiKrum.parameters, key: "multiKrum")
        let slow = try #require(ReferenceRules.aggregation["multiKrum"])
        let result = slow(ReferenceInputs(example, hostile: 2, parameters: parameters))
        #expect(zip(result.vector, [1.1, 0.133_333_333_3]).allSatisfy { ($0 - $1).magnitude < 1e-9 }, "\(result)")
    }

    @Test("clipped and mixed, they are the rows worked out elsewhere")
    func before() throws {
        let rows: [(any PreAggregation.Type, [(name: String, value: ParameterValue)], [[Float]])] = [
            (AdaptiveClipping.self, [], [[0.851_469_318, 0.851_469_318], [-0.963_327_566, 0.722_495_675]]),
            (StaticClipping.self, [("c", .number(2))], [[1.414_213_562, 1.414_213_562], [-1.6, 1.2]]),
            (NearestNeighbourMixing.self, [], [[1.82, 1.11], [-0.04, 0.65]]),
        ]
        for (type, given, last) in rows {
            let step = try type.init(ParameterValues(given, declared: type.parameters, key: type.name))
            var batch = VectorBatch(columns: 2, capacity: 7)
            for point in WorkedExample.points { batch.append(point) }
            var context = AggregationContext(hostile: 2)
            var report = MixReport(rows: 7)
            var scratch = Scratch()
            step.apply(to: &batch, context: &context, report: &report, scratch: &scratch)
            for (offset, row) in last.enumerated() {
                #expect(isClose(Array(batch.elements[batch.range(ofRow: 5 + offset)]), row, within: 1e-6))
            }
            let first = type == NearestNeighbourMixing.self ? [1, 0.07] : WorkedExample.points[0]
            #expect(isClose(Array(batch.elements[batch.range(ofRow: 0)]), first, within: 1e-6))
        }
        let mixed = try AggregationInstance(WorkedExample.points, hostile: 2).aggregated(
            by: TrimmedMean.self, after: [NearestNeighbourMixing(.defaults([]))])
        #expect(isClose(mixed.vector, [1, 0.07], within: 1e-6))
    }
}
