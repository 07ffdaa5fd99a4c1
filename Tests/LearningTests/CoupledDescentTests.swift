// The own model under a coupling: minima of quadratics by another way, and what single precision leaves.
import Kernels
import TestSupport
import Testing

@testable import Learning

@Suite("Coupled descent")
struct CoupledDescentTests {
    private static let dimension = 6
    private static let common = seededValues(dimension, seed: 3).map { Double($0) }
    private static let centre = seededValues(dimension, seed: 4).map { 3 * Double($0) }
    /// Curvatures from 1 to 1000.
    private static let curvatures = (0..<dimension).map { 1000 * seededPower($0) }

    private static func seededPower(_ j: Int) -> Double { (0..<j).reduce(1) { power, _ in power / 4 } }

    private static let couplings: [any Coupling] = [
        SquaredL2Coupling(strength: 1), L2Coupling(strength: 2), SmoothL2Coupling(strength: 2),
        L1Coupling(strength: 0.5),
        PowerCoupling(strength: 0.3, p: 1.5, q: 1), PowerCoupling(strength: 0.3, p: 3, q: 1.5),
        PowerCoupling(strength: 0.3, p: 2, q: .infinity),
    ]

    private static func gradient(_ own: [Double]) -> [Double] {
        own.indices.map { curvatures[$0] * (own[$0] - centre[$0]) }
    }

    private static func cost(_ own: [Double], _ coupling: any Coupling) -> Double {
        own.indices.reduce(0) { $0 + curvatures[$1] * (own[$1] - centre[$1]) * (own[$1] - centre[$1]) / 2 }
            + coupling.value(zip(common, own).map { $0 - $1 })
    }

    @Test("the minimum is one: nothing near it is better, and its pull is the slope of the loss")
    func minima() {
        for coupling in Self.couplings {
            let descent = CoupledDescent(coupling)
            let point = descent.minimum(
                from: Self.common, towards: Self.common, tolerance: 1e-9, gradient: Self.gradient)
            #expect(point.residual <= 1e-9, "\(coupling): \(point.residual)")
            let least = Self.cost(point.own, coupling)
            for seed in 0..<40 {
                for size in [1e-4, 1e-2, 1] {
                    let way = seededValues(Self.dimension, seed: UInt64(seed + 10))
                    let other = zip(point.own, way).map { $0 + size * Double($1) }
                    #expect(Self.cost(other, coupling) >= least - 1e-12, "\(coupling)")
                }
            }
            let slope = Self.gradient(point.own)
            for j in slope.indices { #expect((slope[j] - point.pull[j]).magnitude < 1e-6, "\(coupling)") }
        }
    }

    @Test("what is left is told where gradients are too coarse for the tolerance")
    func coarse() {
        let point = CoupledDescent(SquaredL2Coupling(strength: 1)).minimum(
            from: Self.centre, towards: Self.common, tolerance: 1e-12
        ) { own in Self.gradient(own).map { ($0 * 1e3).rounded() / 1e3 } }
        #expect(point.residual > 1e-12 && point.residual < 0.1)
        let exact = Self.centre.indices.map {
            (Self.curvatures[$0] * Self.centre[$0] + 2 * Self.common[$0]) / (Self.curvatures[$0] + 2)
        }
        for j in exact.indices { #expect((exact[j] - point.own[j]).magnitude < 1e-2) }
    }

    @Test("without any data the minimum is the common model")
    func empty() {
        for coupling in Self.couplings {
            let point = CoupledDescent(coupling).minimum(
                from: Self.centre, towards: Self.common, tolerance: 1e-9
            ) { $0.map { _ in 0 } }
            for j in point.own.indices { #expect((point.own[j] - Self.common[j]).magnitude < 1e-4, "\(coupling)") }
        }
    }

    @Test("a single step is along the gradient of both, or proximal at a kink")
    func steps() {
        let smooth = CoupledDescent(SquaredL2Coupling(strength: 1)).step(
            from: [1], along: [4], towards: [3], step: 0.125)
        // 1 − (4 − 2·2)/8, and then 2·(3 − 1).
        #expect(smooth.own == [1] && smooth.pull == [4])
        let sharp = CoupledDescent(L2Coupling(strength: 1)).step(from: [1], along: [4], towards: [3], step: 0.5)
        // −1, drawn ½ towards 3.
        #expect(sharp.own == [-0.5] && sharp.pull == [1])
    }
}
