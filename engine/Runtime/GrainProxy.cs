using Orleans.Runtime;

namespace OrleansAcd.Engine.Runtime;

/// <summary>A reference to a grain. Emitted classes add the methods of its interface.</summary>
internal abstract class GrainProxy : IAddressable, IEquatable<GrainProxy>
{
    private EmbeddedEngine _engine = null!;
    private GrainClass _class = null!;
    private string _key = null!;
    private Activation? _activation;

    /// <summary>The interface's methods, by the number that emitted code knows them by.</summary>
    public MethodEntry[] Methods = [];

    /// <summary>Type and key.</summary>
    public GrainId GrainId => GrainId.Create(_class.GrainType, _key);

    /// <summary>Says which grain this refers to.</summary>
    public void Bind(EmbeddedEngine engine, GrainClass grainClass, string key, MethodEntry[] methods)
    {
        _engine = engine;
        _class = grainClass;
        _key = key;
        Methods = methods;
    }

    /// <summary>Another interface of the same grain.</summary>
    public object As(Type interfaceType) =>
        interfaceType.IsInstanceOfType(this) ? this : _engine.Reference(interfaceType, _class, _key);

    /// <summary>Sends a call whose answer is only that it ended.</summary>
    public Task Send(VoidRequest request, int method)
    {
        request.Method = Methods[method];
        if (request.Method.IsOneWay) _engine.SendOneWay(_class, _key, ref _activation, request);
        else _engine.Send(_class, _key, ref _activation, request);
        return request.Task;
    }

    /// <summary>Sends a call that is answered with a value.</summary>
    public Task<T> SendForResult<T>(ResultRequest<T> request, int method)
    {
        request.Method = Methods[method];
        _engine.Send(_class, _key, ref _activation, request);
        return request.Task;
    }

    /// <inheritdoc/>
    public bool Equals(GrainProxy? other) => other is not null && _class == other._class && _key == other._key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainProxy);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_class, _key);

    /// <inheritdoc/>
    public override string ToString() => GrainId.ToString();
}
