import { Component, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/feedback";
import { Bug } from "lucide-react";

interface Props {
  children: ReactNode;
  /** A change of it gives the content another try. */
  resetKey: string;
}

/** Keeps a fault of one screen from taking the window with it. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: Props) {
    if (before.resetKey !== this.props.resetKey && this.state.failed) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Empty icon={Bug} title="This screen hit an error" className="pt-32" actions={<Button onClick={() => this.setState({ failed: false })}>Show it again</Button>}>
        Nothing that was stored is affected.
      </Empty>
    );
  }
}
