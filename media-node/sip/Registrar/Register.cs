using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Sip.Registrar;

/// <summary>A REGISTER request, authenticated, as the registrar's core sees it.</summary>
public sealed record Register
{
    public required string Record { get; init; }
    public required string CallId { get; init; }
    public required uint CSeq { get; init; }
    public required SipFlow Flow { get; init; }
    public IReadOnlyList<NameAddr> Contacts { get; init; } = [];

    /// <summary>"Contact: *": remove everything; only with <see cref="Expires"/> 0 and no other contact.</summary>
    public bool Star { get; init; }

    /// <summary>The Expires header in seconds; null when absent or malformed.</summary>
    public uint? Expires { get; init; }
    public IReadOnlyList<string> Path { get; init; } = [];
}

/// <summary>What a REGISTER is answered, and what it changed. Anything but 200 changed nothing.</summary>
public sealed record RegisterResult(int Status, string Reason)
{
    /// <summary>Every contact the address-of-record now has, with the seconds it has left (step 8).</summary>
    public IReadOnlyList<(Binding Binding, uint Expires)> Contacts { get; init; } = [];

    public IReadOnlyList<BindingChange> Changes { get; init; } = [];

    /// <summary>For 423: the Min-Expires header.</summary>
    public uint? MinExpires { get; init; }

    /// <summary>For 503: the Retry-After header.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
