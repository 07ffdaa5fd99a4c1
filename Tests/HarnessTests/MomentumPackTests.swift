// A slice of the pack momentum, and its floors against what is known of them.
import Testing

@testable import Harness

@Suite("The pack momentum")
struct MomentumPackTests {
    @Test("a slice: momentum helps robust rules under sign flip, Huber's bound holds, a false claim fails")
    func slice() throws {
        let pack = MomentumPack(
            .slice, rounds: 100, seeds: 1, floors: MomentumFloors(rounds: 240, seeds: 1),
            attacks: MomentumPack.attacks.filter { $0.name == "sign flip" })
        let planted = Claim(
            "The median is better off without momentum", published: "nowhere", quantity: "β = 0 minus β = 0.9",
            .above(0), over: MomentumPack.images
        ) { evidence throws(MissingFigure) in
            func accuracy(_ beta: String) throws(MissingFigure) -> Double {
                try evidence.figure(
                    MomentumPack.images,
                    [
                        MomentumPack.rulesAxis: "median", MomentumPack.attacksAxis: "sign flip",
                        MomentumPack.batchAxis: "25", MomentumPack.betaAxis: beta,
                    ])
            }
            return try accuracy("0") - accuracy("0.9")
        }
        let whole = try pack.study()
        let study = PackStudy(
            setting: whole.setting, sweeps: [whole.sweeps[0]], calculations: [try HuberMixture.calculation()],
            claims: whole.claims.filter { $0.sweep == MomentumPack.images } + HuberMixture.claims,
            figures: whole.figures.filter { $0.title.hasPrefix("Accuracy") } + HuberMixture.figures)
        let slice = try PackSlice(study, planting: planted)
        #expect(slice.planted.verdict == .fails, "\(slice.planted.numbers)")
        #expect(slice.isDrawn)
        let (lets, bounds) = (slice.lines("Momentum lets"), slice.lines("On Huber's mixture no"))
        #expect(lets.count == 3 && !bounds.isEmpty)
        for line in slice.lines("Momentum lets the trimmed mean") + bounds { #expect(line.hasPrefix("holds")) }
    }

    @Test("the mean under sign flip comes to the floor of its shortened step, η/((2 − η) · 10) with a third of η")
    func floor() throws {
        // x ← x − (η/3)(x + N(0, 1/10)), a first-order autoregression.
        let measured = try MomentumFloors.floor(RuleTrial("mean"), .signFlip, beta: 0, seed: 1, rounds: 1_500)
        let step = 0.02 / 3
        let known = step / (2 - step) / 10
        #expect(abs(measured / known - 1) < 0.25, "\(measured) \(known)")
    }
}
