using OrleansAcd.Contracts.Centre;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace OrleansAcd.CentreYaml.Yaml;

/// <summary>Reads one YAML document into nodes, within <see cref="CentreLimits"/>.</summary>
/// <remarks>Works on parser events, so nothing is ever expanded: an anchor, an alias or a tag is refused where it
/// stands.</remarks>
internal sealed class YamlTree
{
    private readonly Parser _parser;
    private int _nodes;

    private YamlTree(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>The document's root; null with one problem where it cannot be read.</summary>
    public static YamlNode? Read(string text, out CentreProblem? problem)
    {
        try
        {
            problem = Unprintable(text);
            return problem is null ? new YamlTree(text).Document() : null;
        }
        catch (YamlException e)
        {
            problem = new CentreProblem((int)e.Start.Line, "", OneLine(e));
            return null;
        }
        catch (RefusedException e)
        {
            problem = new CentreProblem(e.Line, "", e.Message);
            return null;
        }
#pragma warning disable CA1031 // The parser has faults of its own: some broken documents make it fail in other ways.
        catch (Exception)
#pragma warning restore CA1031
        {
            problem = new CentreProblem(0, "", "not valid YAML");
            return null;
        }
    }

    /// <summary>YAML 1.2 section 5.1: control characters are not allowed; the parser would take a NUL for the
    /// end.</summary>
    private static CentreProblem? Unprintable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is >= ' ' or '\t' or '\n' or '\r') continue;

            var line = text.AsSpan(0, i).Count('\n') + 1;
            return new CentreProblem(line, "", $"not valid YAML: a control character (U+{(int)text[i]:X4})");
        }

        return null;
    }

    private YamlNode? Document()
    {
        Next<StreamStart>();
        if (_parser.Current is StreamEnd) return null;

        Next<DocumentStart>();
        var root = Node(0);
        Next<DocumentEnd>();
        if (_parser.Current is not StreamEnd) throw Refuse("a second document: a centre is one document");
        return root;
    }

    private YamlNode Node(int depth)
    {
        if (depth > CentreLimits.DepthMax) throw Refuse($"nested deeper than {CentreLimits.DepthMax} levels");
        if (++_nodes > CentreLimits.NodesMax) throw Refuse($"more than {CentreLimits.NodesMax} values");
        if (_parser.Current is AnchorAlias) throw Refuse("aliases (*name) are not supported: write the value out");
        if (_parser.Current is NodeEvent { Anchor.IsEmpty: false }) throw Refuse("anchors (&name) are not supported");
        if (_parser.Current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } })
            throw Refuse("tags (!name) are not supported");

        return _parser.Current switch
        {
            Scalar => Value(Next<Scalar>()),
            SequenceStart => Sequence(depth),
            MappingStart => Mapping(depth),
            _ => throw Refuse("a value is missing"),
        };
    }

    private static YamlScalar Value(Scalar s) => new(
        (int)s.Start.Line, s.Value, s.Style is ScalarStyle.Plain or ScalarStyle.Any,
        s.Style is ScalarStyle.Literal or ScalarStyle.Folded, (int)s.Start.Index, (int)s.End.Index);

    private YamlSequence Sequence(int depth)
    {
        var line = (int)Next<SequenceStart>().Start.Line;
        var items = new List<YamlNode>();
        while (_parser.Current is not SequenceEnd) items.Add(Node(depth + 1));
        Next<SequenceEnd>();
        return new YamlSequence(line, items);
    }

    private YamlMapping Mapping(int depth)
    {
        var line = (int)Next<MappingStart>().Start.Line;
        var entries = new List<YamlEntry>();
        while (_parser.Current is not MappingEnd)
        {
            if (Node(depth + 1) is not YamlScalar key) throw Refuse("a key must be a single word");
            entries.Add(new YamlEntry(key.Value, key.Line, Node(depth + 1)));
        }

        Next<MappingEnd>();
        return new YamlMapping(line, entries);
    }

    /// <summary>Takes the current event, which must be of this kind, and moves on.</summary>
    private T Next<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null) _parser.MoveNext();
        var current = _parser.Current as T ?? throw Refuse("not a YAML document");
        _parser.MoveNext();
        return current;
    }

    private RefusedException Refuse(string why) => new((int)(_parser.Current?.Start.Line ?? 0), why);

    /// <summary>The parser's own words without its position, which the problem carries.</summary>
    private static string OneLine(YamlException e)
    {
        var why = e.InnerException?.Message ?? e.Message;
        var text = why.ReplaceLineEndings(" ");
        return "not valid YAML: " + (text.Length <= 200 ? text : text[..200]);
    }

    private sealed class RefusedException(int line, string message) : Exception(message)
    {
        public int Line { get; } = line;
    }
}
