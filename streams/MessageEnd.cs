namespace OrleansAcd.Streams;

/// <summary>How a message left its subscription.</summary>
internal enum MessageEnd
{
    /// <summary>Its handler succeeded.</summary>
    Delivered,

    /// <summary>Its handler failed too often.</summary>
    GivenUp,

    /// <summary>The subscription ended first.</summary>
    Abandoned,
}
