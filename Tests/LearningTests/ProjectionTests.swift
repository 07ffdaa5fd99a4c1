// Every projection: the laws of a nearest point, and the sets that are said.
import Kernels
import Registry
import TestSupport
import Testing

@testable import Learning

@Suite("Projections")
struct ProjectionTests {
    private static let points = (0..<12).map { seed in
        seededValues(7, seed: UInt64(seed)).map { $0 * Float(seed) * 3 }
    }

    private static func projected(_ point: [Float], _ projection: any Projection) -> [Float] {
        var point = point
        var span = point.mutableSpan
        projection.project(&span)
        return point
    }

    private static func distance(_ x: [Float], _ y: [Float]) -> Double {
        zip(x, y).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
    }

    static let staying = Law(
        "what is in the set stays where it is", brokenBy: Contracting.self as any Projection.Type
    ) { type, verdict in
        let projection = try type.init(.defaults(type.parameters))
        for point in points {
            let once = projected(point, projection)
            let way = distance(projected(once, projection), once)
            verdict.expect(way <= 1e-5, "it goes on by \(way)")
        }
    }

    static let nearing = Law(
        "no two points are taken apart", brokenBy: Spreading.self as any Projection.Type
    ) { type, verdict in
        let projection = try type.init(.defaults(type.parameters))
        for (x, y) in zip(points, points.dropFirst()) {
            let (before, after) = (distance(x, y), distance(projected(x, projection), projected(y, projection)))
            verdict.expect(after <= before + 1e-5, "from \(before) to \(after)")
        }
    }

    @Test("keeps the laws", arguments: [staying, nearing], ProjectionCatalog.all.names)
    func keeps(law: Law<any Projection.Type>, name: String) throws {
        #expect(try law.violations(of: ProjectionCatalog.all.entry(named: name)) == [])
    }

    @Test("one that is made to break a law is found out", arguments: [staying, nearing])
    func breaks(law: Law<any Projection.Type>) throws { #expect(try !law.violationsOfCounterexample.isEmpty) }

    @Test("a ball shortens what is outside of it, a box bounds each element")
    func values() throws {
        let ball = BallProjection(
            try ParameterValues([("radius", .number(2.5))], declared: BallProjection.parameters, key: ""))
        #expect(Self.projected([3, 4], ball) == [1.5, 2] && Self.projected([1.5, 2], ball) == [1.5, 2])
        let box = try BoxProjection(
            try ParameterValues(
                [("low", .number(-0.5)), ("high", .number(2))], declared: BoxProjection.parameters, key: ""))
        #expect(Self.projected([3, -4, 1], box) == [2, -0.5, 1])
        #expect(Self.projected([3, -4, 1], NoProjection()) == [3, -4, 1])
    }

    @Test("what is no number stays none, so that its node is seen to diverge")
    func notFinite() throws {
        for type in ProjectionCatalog.all.entries {
            let projection = try type.init(.defaults(type.parameters))
            #expect(Self.projected([.nan, 1], projection)[0].isNaN, "\(type.name)")
        }
    }

    @Test("a box whose bounds are the wrong way round is refused")
    func bounds() throws {
        let values = try ParameterValues([("low", .number(2))], declared: BoxProjection.parameters, key: "")
        let fault = #expect(throws: ConfigurationFault.self) { try BoxProjection(values) }
        #expect("\(try #require(fault))".contains("low 2.0 above high 1.0"))
    }
}
