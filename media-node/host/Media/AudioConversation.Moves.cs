using OrleansAcd.Audio.Detection;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Parties that go from one conversation to another of the same worker, sockets, streams and all: their phones
/// notice nothing but whom they hear.</summary>
public sealed partial class AudioConversation
{
    /// <summary>Takes a party of another conversation; it hears nobody here yet, and nothing is played to it.</summary>
    /// <remarks>Nobody is told of a clip that was playing; taps of the other conversation are taken off.</remarks>
    public MediaRefusal Take(MediaParty party, string name)
    {
        ArgumentNullException.ThrowIfNull(party);
        if (_parties.Count == PartiesMax) return MediaRefusal.TooManyParties;
        if (party.IsRemoved || party.Conversation == this) return MediaRefusal.NotThere;

        party.Conversation.Release(party);
        party.MoveTo(this, name);
        _parties.Add(party);
        Listen(party, SignalGroups.None);
        Compile();
        return MediaRefusal.None;
    }

    private void Release(MediaParty party)
    {
        _parties.Remove(party);
        HearingMatrix.Forget(_parties, party);
        party.Player.Stop();
        party.Targets.Clear();
        party.PacketTap = null;
        party.AudioTap = null;
        Compile();
    }
}
