// Every measure. A new one is one file beside this and one line here; its figures are found by name from then on.
import Learning
import Metrics
import Registry
import Scenario

/// The measures of a run, in the order in which they are shown.
public enum MeasureCatalog {
    public static let all: [any Measure.Type] = [
        AccuracyMeasure.self,
        LossMeasure.self,
        ValidationMeasure.self,
        ConsensusMeasure.self,
        VarianceNormMeasure.self,
        OptimumMeasure.self,
        LearningMeasure.self,
        NodesMeasure.self,
        ClassesMeasure.self,
        SuccessMeasure.self,
        PersonalMeasure.self,
        TargetDistanceMeasure.self,
        ScreeningMeasure.self,
        TrafficMeasure.self,
        TargetMeasure.self,
        ImpactMeasure.self,
        PlacementMeasure.self,
        DisagreementMeasure.self,
        GradientsMeasure.self,
        MixingMeasure.self,
        PrivacyMeasure.self,
        MembershipMeasure.self,
        EquivocationMeasure.self,
        StabilityMeasure.self,
        StabilityBoundMeasure.self,
    ]

    /// All figures, in the order of their measures.
    public static let figures: [Figure] = all.flatMap { $0.figures }

    public static func figure(named name: String) -> Figure? { figures.first { $0.name == name } }

    /// The measures that an experiment is to be measured by at every moment.
    static func ofMoments(_ assembly: Assembly, test: Samples) throws(ConfigurationFault) -> [any MomentMeasure] {
        var measures: [any MomentMeasure] = []
        for type in all {
            guard let type = type as? any MomentMeasure.Type,
                type.extra.map(assembly.experiment.measureAlso.contains) ?? true,
                let measure = try type.init(assembly, test: test)
            else { continue }
            measures.append(measure)
        }
        return measures
    }

    /// What is measured of a whole run.
    static func figures(of run: MeasuredRun) throws(ConfigurationFault) -> Figures {
        var figures = Figures()
        for type in all {
            guard let type = type as? any RunMeasure.Type,
                type.extra.map(run.assembly.experiment.measureAlso.contains) ?? true
            else { continue }
            figures.add(try type.figures(of: run))
        }
        return figures
    }
}

extension EvaluationRecord {
    /// Everything that was measured at this moment, by name.
    public var allFigures: Figures {
        var all = Figures()
        for type in MeasureCatalog.all {
            if let type = type as? any RecordMeasure.Type { all.add(type.figures(of: self)) }
        }
        all.add(figures)
        return all
    }
}
