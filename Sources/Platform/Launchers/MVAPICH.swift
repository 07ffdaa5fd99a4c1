// MVAPICH2's mpirun_rsh.
enum MVAPICH: JobLauncher {
    static let name = "MVAPICH"
    static var rankVariables: (rank: String, size: String?)? { ("MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE") }
}
