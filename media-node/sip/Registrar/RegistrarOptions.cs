namespace OrleansAcd.Sip.Registrar;

/// <summary>What the registrar grants, and its limits (RFC 3261 section 10.3).</summary>
public sealed record RegistrarOptions
{
    /// <summary>Shorter than this is answered 423 (step 7); removal, 0, is always granted.</summary>
    public TimeSpan ExpiresMin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longer than this is cut to it.</summary>
    public TimeSpan ExpiresMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Granted where the request names no time.</summary>
    public TimeSpan ExpiresDefault { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Contacts of one address-of-record; a new one beyond it displaces the one refreshed longest
    /// ago.</summary>
    public int ContactsPerRecord { get; init; } = 10;

    /// <summary>Contacts altogether; a new one beyond it is answered 503.</summary>
    public int ContactsTotal { get; init; } = 100_000;
}
