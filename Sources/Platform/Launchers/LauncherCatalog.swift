// LauncherCatalog: the launchers that are known. A new one is one file and one line here.

/// All launchers, in the order in which messages name them: what starts processes before what lends machines.
enum LauncherCatalog {
    static let all: [any JobLauncher.Type] = [
        OpenMPI.self, PMIx.self, PMI.self, MVAPICH.self, Flux.self, LSF.self, Slurm.self, Torchrun.self,
        KubernetesJob.self, AWSBatch.self, PBS.self, GridEngine.self,
    ]

    /// Those that give ranks, with their variables, in words.
    static var rankNames: String { all.compactMap { $0.rankVariables?.rank }.joined(separator: ", ") }
    /// Those that have job arrays.
    static var arrayNames: String { all.compactMap { $0.arrayVariables?.index }.joined(separator: ", ") }
    /// Those that tell of their hosts.
    static let hostNames = "SLURM_STEP_NODELIST or SLURM_JOB_NODELIST, PBS_NODEFILE, LSB_DJOB_HOSTFILE, PE_HOSTFILE"
}
