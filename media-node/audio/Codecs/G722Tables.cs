namespace OrleansAcd.Audio;

/// <summary>Tables of ITU-T G.722 section 6.2: decision levels, inverse quantisers, step adaptation, QMF.</summary>
/// <remarks>Arrays: a span over constants allocates until it is compiled with optimisation.</remarks>
internal static class G722Tables
{
    /// <summary>Table 14: decision levels of the 6-bit quantiser; three more fill the last vector.</summary>
    public static readonly int[] LowDecisions =
    [
        35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1_023, 1_121, 1_219,
        1_339, 1_458, 1_612, 1_765, 1_980, 2_195, 2_557, 2_919, 32_767, 32_767, 32_767,
    ];

    /// <summary>Table 14: code words for negative differences by interval, 0 being the innermost.</summary>
    public static readonly byte[] LowNegative =
    [
        63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5,
        4,
    ];

    /// <summary>Table 14: code words for positive differences by interval.</summary>
    public static readonly byte[] LowPositive =
    [
        61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34,
        33, 32,
    ];

    /// <summary>Table 17: the 6-bit inverse quantiser (mode 1).</summary>
    public static readonly short[] Low6 =
    [
        -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192, -10_232, -9_360,
        -8_576, -7_856, -7_192, -6_576, -6_000, -5_456, -4_944, -4_464, -4_008, -3_576, -3_168, -2_776, -2_400, -2_032,
        -1_688, -1_360, -1_040, -728, 24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9_360,
        8_576, 7_856, 7_192, 6_576, 6_000, 5_456, 4_944, 4_464, 4_008, 3_576, 3_168, 2_776, 2_400, 2_032, 1_688, 1_360,
        1_040, 728, 432, 136, -432, -136,
    ];

    /// <summary>Table 18: the 5-bit inverse quantiser (mode 2).</summary>
    public static readonly short[] Low5 =
    [
        -280, -280, -23_352, -17_560, -14_120, -11_664, -9_752, -8_184, -6_864, -5_712, -4_696, -3_784, -2_960, -2_208,
        -1_520, -880, 23_352, 17_560, 14_120, 11_664, 9_752, 8_184, 6_864, 5_712, 4_696, 3_784, 2_960, 2_208, 1_520,
        880, 280, -280,
    ];

    /// <summary>Table 16: the 4-bit inverse quantiser, which adaptation always uses (and mode 3 hears).</summary>
    public static readonly short[] Low4 =
    [
        0, -20_456, -12_896, -8_968, -6_288, -4_240, -2_584, -1_200, 20_456, 12_896, 8_968, 6_288, 4_240, 2_584, 1_200,
        0,
    ];

    /// <summary>Section 6.2.1.3: logarithmic step multipliers WL by 4-bit code word, through table RL4.</summary>
    public static readonly short[] LowSteps =
        [-60, 3_042, 1_198, 538, 334, 172, 58, -30, 3_042, 1_198, 538, 334, 172, 58, -30, -60];

    /// <summary>Table 19: the 2-bit inverse quantiser of the higher band.</summary>
    public static readonly short[] High2 = [-7_408, -1_616, 7_408, 1_616];

    /// <summary>Section 6.2.2.3: logarithmic step multipliers WH by code word, through table RH2.</summary>
    public static readonly short[] HighSteps = [798, -214, 798, -214];

    /// <summary>Section 6.2.1.3, table ILB: two to the power of i/32, times 2,048.</summary>
    public static readonly short[] InverseLog =
    [
        2_048, 2_093, 2_139, 2_186, 2_233, 2_282, 2_332, 2_383, 2_435, 2_489, 2_543, 2_599, 2_656, 2_714, 2_774, 2_834,
        2_896, 2_960, 3_025, 3_091, 3_158, 3_228, 3_298, 3_371, 3_444, 3_520, 3_597, 3_676, 3_756, 3_838, 3_922, 4_008,
    ];

    /// <summary>Table 11: every other coefficient of the symmetric 24-tap QMF; read backwards, the ones
    /// between.</summary>
    public static readonly int[] Qmf = [3, -11, 12, 32, -210, 951, 3_876, -805, 362, -156, 53, -11];
}
