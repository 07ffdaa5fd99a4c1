// Every attack that an experiment can name. A new attack is one file in Model/ or Data/ and one line here.
import Registry

/// The attacks that an experiment can name.
public enum AttackCatalog {
    public static let all = Catalog<any Attack.Type>(
        "attack",
        [
            SignFlip.self,
            GaussianNoise.self,
            ALittleIsEnough.self,
            OptimisedALIE.self,
            InnerProductManipulation.self,
            OptimisedIPM.self,
            ConstantModel.self,
            ZeroSum.self,
            Mimic.self,
            Dissensus.self,
            SpectralHeterogeneity.self,
            MinMax.self,
            MinSum.self,
            CounterGradient.self,
            FangTrimmedMean.self,
            FangKrum.self,
            DirectedDeviation.self,
            RelocatedOrthogonal.self,
            MedianPin.self,
            ModelReplacement.self,
            FreeRider.self,
            Stale.self,
            RandomSubset.self,
            NotFinite.self,
            Garbage.self,
            Silence.self,
            Procrastinate.self,
            Misdate.self,
            Excuse.self,
            Flood.self,
            FalseNeighbour.self,
            LabelFlip.self,
            TargetedFlip.self,
            LabelPermutation.self,
            RandomLabels.self,
            DynamicLabelFlip.self,
            Backdoor.self,
            TargetLabels.self,
        ], as: { $0 })
}
